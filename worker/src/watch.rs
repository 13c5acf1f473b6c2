//! Whether anybody still listens: a worker ends with its coordinator, however that ended.
//!
//! A coordinator that is killed cannot end its workers, and one that trains on would disturb the times that the next run
//! takes. Its end of the pipe that replies go into is closed with it, and the system tells the holder of the other end.
//! Where standard output is a file, nothing is watched. A worker that measures for another one is watched by the same.

use std::io::stdout;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{Signal, getpid, kill_process};

/// Have this process killed once nobody can read what it writes to standard output. Errors where the system gives no thread.
pub fn end_with_listener() -> std::io::Result<()> {
    let watch = std::thread::Builder::new().name("watch".to_owned());
    watch.spawn(|| {
        if nobody_listens() {
            // At once: what it is doing is for nobody, and the store removes its unfinished files.
            let _ = kill_process(getpid(), Signal::KILL);
        }
    })?;
    Ok(())
}

/// Wait until the reader of standard output is gone; false where that cannot be seen.
fn nobody_listens() -> bool {
    let output = stdout();
    loop {
        let mut watched = [PollFd::new(&output, PollFlags::empty())];
        match poll(&mut watched, None) {
            Ok(_) if watched[0].revents().intersects(PollFlags::ERR | PollFlags::HUP) => return true,
            Err(Errno::INTR) => {}
            Ok(_) | Err(_) => return false,
        }
    }
}
