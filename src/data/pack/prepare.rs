//! The whole of packing: a tree of images in, the folder of a described data set out.
//!
//! Images are read in groups, each by several threads, and written in the order of the tree: the bytes depend on nothing
//! but the images and the size, and memory on the size of a group. The folder appears under its name when it is complete.

use std::fs;
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::decode::{self, DECODER};
use super::error::PackError;
use super::output::Output;
use super::resize;
use super::tree::{self, ImageFile, Tree, list};
use crate::catalogue::catalogue;
use crate::data_set::Sizes;
use crate::description::{self, Description, FILE, LARGEST, Words};
use crate::idx::Kind;
use crate::order::OrderedDigest;
use renas_base::digest::Digest;
use renas_base::{files, parallel};

/// Images that are read before any of them is written.
const GROUP: usize = 128;
/// Unreadable images after which no further ones are looked for.
const ENOUGH: usize = 100;

/// What to pack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The folder with `train` and perhaps `val`.
    pub tree: PathBuf,
    /// The name of the data set and of its folder.
    pub name: String,
    /// The name for people.
    pub title: String,
    /// Width and height of the packed images, in pixels.
    pub size: usize,
    /// The data folder in which the data set's folder is made.
    pub out: PathBuf,
    /// Licence of the images, as far as it is known.
    pub licence: String,
    /// Who made the images.
    pub origin: String,
    /// What is to be left out, as paths below the tree: images, and folders beside `train` and `val`.
    pub left_out: Vec<String>,
    /// Images that are read at a time.
    pub jobs: usize,
}

/// What was packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The folder.
    pub folder: PathBuf,
    /// What stands in it.
    pub description: Description,
    /// Entries of the tree that are no images.
    pub ignored: usize,
    /// The first of them.
    pub first_ignored: Option<PathBuf>,
    /// Images that EXIF data says must be turned or mirrored to be seen upright; they were packed as they are stored.
    pub turned: usize,
}

/// Called with the images that were read so far and their number in all; answers whether to go on.
pub type Observer<'a> = dyn FnMut(usize, usize) -> ControlFlow<()> + 'a;

/// The names of what stands beside `train` and `val` in the tree, of which nothing is packed; an error where one of them
/// looks like a part and is not named among what is left out.
pub fn beside(request: &Request) -> Result<Vec<String>, PackError> {
    tree::beside(&request.tree, &request.left_out)
}

/// Read the images of a tree and write a data set of them.
///
/// All images are looked at before an error about unreadable ones, which names each (up to a number). An error leaves
/// nothing behind.
pub fn pack(request: &Request, observe: &mut Observer<'_>) -> Result<Packed, PackError> {
    check(request)?;
    let target = request.out.join(&request.name);
    if target.symlink_metadata().is_ok() {
        return Err(PackError::Exists(target));
    }
    let tree = list(&request.tree, &request.left_out)?;
    fs::create_dir_all(&request.out).map_err(not_written(&request.out))?;
    let mut folder = tempfile::Builder::new();
    // As wide as the user's mask allows: others may read a data folder.
    folder.prefix(".packing-").permissions(fs::Permissions::from_mode(0o777));
    let folder = folder.tempdir_in(&request.out).map_err(not_written(&request.out))?;

    let (ignored, first_ignored) = (tree.ignored, tree.first_ignored.clone());
    let (description, turned) = write(request, tree, folder.path(), observe)?;
    let place = || {
        fs::File::open(folder.path())?.sync_all()?;
        fs::rename(folder.path(), &target)?;
        fs::File::open(&request.out)?.sync_all()
    };
    place().map_err(not_written(&target))?;
    Ok(Packed { folder: target, description, ignored, first_ignored, turned })
}

fn not_written(path: &Path) -> impl FnOnce(std::io::Error) -> PackError {
    let path = path.to_owned();
    move |error| PackError::Write { path, error }
}

/// Write the files of a data set into a folder; answers their description, and how many images should be turned.
fn write(
    request: &Request,
    tree: Tree,
    folder: &Path,
    observe: &mut Observer<'_>,
) -> Result<(Description, usize), PackError> {
    let (classes, shape) = (tree.classes.len(), [3, request.size, request.size]);
    let sizes = Sizes { train: tree.train.len(), test: tree.test.as_ref().map(Vec::len) };
    let mut writing = Writing {
        request,
        digest: OrderedDigest::new(&shape, classes, u8::MAX, sizes),
        unreadable: Vec::new(),
        turned: 0,
        done: 0,
        total: sizes.train + sizes.test.unwrap_or(0),
    };
    let layout = description::layout(shape, classes, sizes);
    let parts = std::iter::once(tree.train.as_slice()).chain(tree.test.as_deref());
    let mut files = Vec::new();
    for (part, layout) in parts.zip(layout.chunks_exact(2)) {
        let mut outputs = Vec::new();
        for (kind, dimensions, name) in layout {
            outputs.push(Output::create(folder, *kind, dimensions, name.clone())?);
        }
        writing.part(part, &mut outputs, layout[1].0, observe)?;
        for output in outputs {
            files.push(output.finish()?);
        }
    }
    let turned = writing.turned;
    let digest = writing.finish()?;

    let words = Words {
        name: request.name.clone(),
        title: request.title.clone(),
        licence: request.licence.clone(),
        origin: request.origin.clone(),
        preparation: preparation(request.size, turned),
        left_out: request.left_out.clone(),
    };
    let description = Description::new(words, shape, tree.classes, sizes, digest, files);
    let path = folder.join(FILE);
    let saved = fs::write(&path, description.text()).and_then(|()| fs::File::open(&path)?.sync_all());
    saved.map_err(not_written(&path))?;
    Ok((description, turned))
}

/// What a description says of how the images were made.
fn preparation(size: usize, turned: usize) -> String {
    let upright = match turned {
        0 => String::new(),
        turned => format!("; the EXIF orientation of {turned} of the images was not applied"),
    };
    format!("shorter side to {size} by a triangle filter, centre square, red green blue; decoded by {DECODER}{upright}")
}

/// Refuse what a description could not say.
fn check(request: &Request) -> Result<(), PackError> {
    let Request { name, title, licence, origin, .. } = request;
    let problem = |what, text: &String, why: Option<&str>| match why {
        Some(why) => Err(PackError::Text { what, text: text.clone(), why: why.to_owned() }),
        None => Ok(()),
    };
    problem("name", name, description::name_problem(name))?;
    for (what, text) in [("title", title), ("licence", licence), ("origin", origin)] {
        problem(what, text, description::text_problem(text))?;
    }
    match request.size {
        _ if catalogue().iter().any(|set| set.name == *name) => Err(PackError::Registered(name.clone())),
        1..=LARGEST => Ok(()),
        size => Err(PackError::Size { size }),
    }
}

/// What is known while images are read and written.
struct Writing<'a> {
    request: &'a Request,
    digest: OrderedDigest,
    /// Images that cannot be read, below the tree, and why.
    unreadable: Vec<(String, String)>,
    /// Images whose EXIF orientation was not applied.
    turned: usize,
    done: usize,
    total: usize,
}

impl Writing<'_> {
    /// Write a part to its two files, images and labels. After the first unreadable image nothing is written any more,
    /// and the others are only looked at.
    fn part(
        &mut self,
        part: &[ImageFile],
        outputs: &mut [Output],
        labels: Kind,
        observe: &mut Observer<'_>,
    ) -> Result<(), PackError> {
        for group in part.chunks(GROUP) {
            for (image, pixels) in group.iter().zip(read(group, self.request.size, self.request.jobs)) {
                match pixels {
                    Ok((pixels, is_turned)) if self.unreadable.is_empty() => {
                        self.turned += usize::from(is_turned);
                        self.digest.sample(image.label, &pixels);
                        outputs[0].write(&pixels)?;
                        let label = image.label.to_be_bytes();
                        outputs[1].write(&label[2 - labels.width()..])?;
                    }
                    Ok(_) => {}
                    Err(why) => {
                        let file = image.path.strip_prefix(&self.request.tree).unwrap_or(&image.path);
                        self.unreadable.push((file.display().to_string(), why));
                    }
                }
            }
            self.done += group.len();
            if observe(self.done, self.total).is_break() {
                return Err(PackError::Interrupted);
            }
            if self.unreadable.len() >= ENOUGH {
                break;
            }
        }
        Ok(())
    }

    /// The ordered digest, where every image could be read.
    fn finish(self) -> Result<Digest, PackError> {
        let stopped = self.done < self.total;
        if self.unreadable.is_empty() {
            return Ok(self.digest.finish());
        }
        Err(PackError::Unreadable { files: self.unreadable, stopped })
    }
}

/// The centre squares of a group of images, in their order, and whether each should be turned; read by as many threads as
/// `jobs`.
fn read(group: &[ImageFile], size: usize, jobs: usize) -> Vec<Result<(Vec<u8>, bool), String>> {
    let read_one = |image: &ImageFile| {
        let bytes = files::read(&image.path).map_err(|error| error.to_string())?;
        let image = decode::image(&bytes)?;
        Ok((resize::square(&image.pixels, size), image.is_turned))
    };
    parallel::map(group, jobs, read_one)
}
