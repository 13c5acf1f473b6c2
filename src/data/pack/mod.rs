//! A folder of JPEG files becomes a described data set: anyone who has images that nobody may pass on can use them here.

pub mod decode; //  a JPEG file as red, green and blue
pub mod error; //   what can go wrong
pub mod prepare; // the whole: tree in, folder out
pub mod resize; //  shorter side to a size, centre square
mod entropy; //     Huffman-coded bits, read to see where they end
mod exif; //        how the camera was held
mod output; //      IDX files and their digests, as they are written
mod tree; //        classes and files, in their order
mod whole; //       whether a file holds its whole image
