//! Files of a tree of images: each is refused with a reason, or becomes the centre square that packing makes of it.
#![no_main]

use std::panic;

use libfuzzer_sys::fuzz_target;
use renas_data::pack::decode::image;
use renas_data::pack::resize::square;

/// A panic inside the decoder is caught by `image`, which is promised; one of ours is a fault.
fn tolerate_the_decoder() {
    let fail = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if panic.location().is_none_or(|place| !place.file().contains("zune-")) {
            fail(panic);
        }
    }));
}

fuzz_target!(init: tolerate_the_decoder(), |bytes: &[u8]| {
    match image(bytes) {
        Err(why) => assert!(!why.is_empty() && why.len() < 1000, "{why}"),
        Ok(image) => {
            let pixels = image.pixels;
            assert!(pixels.width > 0 && pixels.height > 0);
            assert_eq!(pixels.values.len(), 3 * pixels.width * pixels.height);
            let size = 1 + usize::from(bytes[bytes.len() - 1] % 16);
            assert_eq!(square(&pixels, size).len(), 3 * size * size);
        }
    }
});
