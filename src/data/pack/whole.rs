//! Whether a JPEG file holds its whole image.
//!
//! Decoders answer with an image where data ends too early: what is missing is grey, or what zero bytes happen to stand
//! for. So the coded data is followed a second time, block by block: each scan must have as many blocks as the image, and
//! end with the last of them.

use super::entropy::{Bits, Stop, Table};

/// Zero bytes behind the last block that are passed over: some programs fill up to a whole word.
const WORD: usize = 3;

/// Nothing where the image is whole; the error says what is missing.
///
/// The file must be one that the decoder reads: Huffman-coded, sequential or progressive. A hole of zero bytes shows in that
/// too few or too many blocks come, or such as no image has; one of a few bytes can stand for blocks by chance. What stands behind the end of
/// the image is not looked at, nor is a missing end marker missed where the image is complete.
pub(super) fn check(bytes: &[u8]) -> Result<(), String> {
    let mut file = File { bytes, at: 2, tables: Default::default(), interval: 0, frame: None, scans: 0 };
    while let Some(marker) = file.marker() {
        match marker {
            0xd9 => break,
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                let segment = file.segment()?;
                match marker {
                    0xc0..=0xc2 => {
                        file.frame = Some(Frame::new(segment, marker == 0xc2).ok_or("its frame is damaged")?)
                    }
                    0xc4 => file.define(segment).ok_or("its Huffman tables are damaged")?,
                    0xda => file.scan(segment)?,
                    0xdd => file.interval = u16::from_be_bytes(*segment.first_chunk().ok_or("it breaks off")?).into(),
                    _ => {}
                }
            }
        }
    }
    let frame = file.frame.ok_or("it has no image")?;
    match frame.components.iter().all(|component| component.missing.iter().all(|bits| *bits == 0)) {
        true => Ok(()),
        false => Err(format!("it breaks off: scans are missing after the first {}", file.scans)),
    }
}

/// An error where a JPEG file is too short for its whole image: said before any memory is asked for.
///
/// Each block takes a bit at least, but a header of a few bytes can announce 16,384 x 16,384 pixels, for which a decoder
/// takes gigabytes and many seconds.
pub(super) fn can_be(bytes: &[u8]) -> Result<(), String> {
    let mut file = File { bytes, at: 2, tables: Default::default(), interval: 0, frame: None, scans: 0 };
    while let Some(marker) = file.marker() {
        match marker {
            0xd9 | 0xda => break,
            0x01 | 0xd0..=0xd8 => {}
            _ => {
                // What is no segment, or no frame, is for the decoder to name.
                let Ok(segment) = file.segment() else { break };
                let is_frame = matches!(marker, 0xc0..=0xcf) && ![0xc4, 0xc8, 0xcc].contains(&marker);
                let Some(frame) = Frame::new(segment, false).filter(|_| is_frame) else { continue };
                let blocks: usize = (0..frame.components.len()).map(|index| frame.blocks(index)).sum();
                if blocks.div_ceil(8) > bytes.len() {
                    let Frame { width, height, .. } = frame;
                    let length = bytes.len();
                    return Err(format!("it breaks off: {length} bytes are too few for its {width} x {height} pixels"));
                }
            }
        }
    }
    Ok(())
}

struct File<'b> {
    bytes: &'b [u8],
    at: usize,
    /// Tables of first coefficients, and of the others, by their numbers.
    tables: [[Option<Table>; 4]; 2],
    /// Blocks (MCUs) between restart markers; 0 where there are none.
    interval: usize,
    frame: Option<Frame>,
    /// Scans so far.
    scans: usize,
}

struct Frame {
    is_progressive: bool,
    width: usize,
    height: usize,
    components: Vec<Component>,
}

struct Component {
    id: u8,
    across: usize,
    down: usize,
    /// By coefficient: 0 where it came with all bits.
    missing: [u8; 64],
    /// By block: which coefficients are not 0. Empty in sequential images.
    known: Vec<u64>,
}

impl Frame {
    fn new(segment: &[u8], is_progressive: bool) -> Option<Self> {
        let size = |at: usize| Some(usize::from(u16::from_be_bytes([*segment.get(at)?, *segment.get(at + 1)?])));
        let component = |entry: &[u8; 3]| Component {
            id: entry[0],
            across: usize::from(entry[1] >> 4),
            down: usize::from(entry[1] & 15),
            missing: [u8::MAX; 64],
            known: Vec::new(),
        };
        let (height, width) = (size(1)?, size(3)?);
        let entries = segment.get(6..6 + 3 * usize::from(*segment.get(5)?))?.as_chunks::<3>().0;
        let components: Vec<Component> = entries.iter().map(component).collect();
        let fits = components.iter().all(|component| component.across > 0 && component.down > 0);
        (fits && width > 0 && height > 0).then_some(Self { is_progressive, width, height, components })
    }

    /// Blocks of a component, without those that only fill up larger units.
    fn blocks(&self, index: usize) -> usize {
        let (most_across, most_down) = self.largest();
        let component = &self.components[index];
        let side = |pixels: usize, factor: usize, most: usize| (pixels * factor).div_ceil(8 * most);
        side(self.width, component.across, most_across) * side(self.height, component.down, most_down)
    }

    /// The largest sampling factors.
    fn largest(&self) -> (usize, usize) {
        let most = |factor: fn(&Component) -> usize| self.components.iter().map(factor).max().unwrap_or(1);
        (most(|component| component.across), most(|component| component.down))
    }
}

/// One component in a scan: its place in the frame, and the numbers of its tables.
struct Part {
    index: usize,
    dc: usize,
    ac: usize,
}

/// What a scan holds of its coefficients.
struct Content {
    band: (usize, usize),
    /// Whether there was a scan of their upper bits before.
    is_further: bool,
    /// Bits that are left to further scans.
    left: u8,
}

impl<'b> File<'b> {
    /// The next marker; none at the end.
    fn marker(&mut self) -> Option<u8> {
        loop {
            let start = self.bytes.get(self.at..)?.iter().position(|byte| *byte == 0xff)?;
            let code = self.bytes[self.at + start..].iter().position(|byte| *byte != 0xff)?;
            self.at += start + code + 1;
            match self.bytes[self.at - 1] {
                0 => {}
                marker => return Some(marker),
            }
        }
    }

    /// What stands in the segment of a marker.
    fn segment(&mut self) -> Result<&'b [u8], String> {
        let rest = &self.bytes[self.at..];
        let length = rest.first_chunk().map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
        let segment = rest.get(2..length).ok_or("it breaks off between its parts")?;
        self.at += length;
        Ok(segment)
    }

    /// Take the Huffman tables of a segment.
    fn define(&mut self, mut segment: &[u8]) -> Option<()> {
        while let [place, rest @ ..] = segment {
            let (counts, rest) = rest.split_at_checked(16)?;
            let symbols: usize = counts.iter().map(|count| usize::from(*count)).sum();
            let (symbols, rest) = rest.split_at_checked(symbols)?;
            *self.tables.get_mut(usize::from(place >> 4))?.get_mut(usize::from(place & 15))? =
                Some(Table::new(counts, symbols)?);
            segment = rest;
        }
        Some(())
    }

    /// Follow a scan to its end.
    fn scan(&mut self, header: &[u8]) -> Result<(), String> {
        self.scans += 1;
        let mut frame = self.frame.take().ok_or("it has a scan before its frame")?;
        let (parts, content) = scan_header(header, &frame).ok_or("the header of a scan is damaged")?;
        let (most_across, most_down) = frame.largest();
        let all = match parts[..] {
            // A component alone comes block by block, without those that only fill up larger units.
            [Part { index, .. }] => frame.blocks(index),
            _ => frame.width.div_ceil(8 * most_across) * frame.height.div_ceil(8 * most_down),
        };
        let is_alone = parts.len() == 1;
        for part in &parts {
            let component = &mut frame.components[part.index];
            component.missing[content.band.0..=content.band.1].fill(content.left);
            if content.band.0 > 0 && frame.is_progressive {
                component.known.resize(all, 0);
            }
        }
        let mut bits = Bits::new(self.bytes, self.at);
        let mut empty = 0;
        for unit in 0..all {
            if self.interval > 0 && unit > 0 && unit.is_multiple_of(self.interval) {
                self.at = self.end(bits)?;
                let number = ((unit / self.interval - 1) % 8) as u8;
                if self.marker() != Some(0xd0 + number) {
                    return Err(format!("its restart markers are damaged after {unit} of {all} blocks"));
                }
                (bits, empty) = (Bits::new(self.bytes, self.at), 0);
            }
            for part in &parts {
                let component = &mut frame.components[part.index];
                let blocks = if is_alone { 1 } else { component.across * component.down };
                for _ in 0..blocks {
                    let tables = (&self.tables[0][part.dc], &self.tables[1][part.ac]);
                    let known = component.known.get_mut(unit);
                    let passed = block(&mut bits, frame.is_progressive, &content, tables, known, &mut empty);
                    passed.map_err(|stop| explain(stop, self.scans, unit, all))?;
                }
            }
        }
        self.at = self.end(bits)?;
        self.frame = Some(frame);
        Ok(())
    }

    /// Where the marker behind coded data stands, which must end with the last block.
    fn end(&self, bits: Bits<'_>) -> Result<usize, String> {
        match bits.finish() {
            (at, left, are_zero) if left == 0 || (are_zero && left <= WORD) => Ok(at),
            (_, left, true) => Err(format!("zero bytes stand in place of its image data, and {left} are too many")),
            (_, left, false) => {
                Err(format!("its image data is damaged: {left} bytes are too many behind the last block"))
            }
        }
    }
}

/// The components of a scan and what it holds of them.
fn scan_header(header: &[u8], frame: &Frame) -> Option<(Vec<Part>, Content)> {
    let (count, rest) = header.split_first()?;
    let (entries, rest) = rest.split_at_checked(2 * usize::from(*count))?;
    let part = |entry: &[u8; 2]| {
        let index = frame.components.iter().position(|component| component.id == entry[0])?;
        Some(Part { index, dc: usize::from(entry[1] >> 4 & 3), ac: usize::from(entry[1] & 3) })
    };
    let parts: Vec<Part> = entries.as_chunks::<2>().0.iter().map(part).collect::<Option<_>>()?;
    let [first, last, bits] = *rest.first_chunk()?;
    let content = if frame.is_progressive {
        Content { band: (first.into(), last.into()), is_further: bits >> 4 > 0, left: bits & 15 }
    } else {
        Content { band: (0, 63), is_further: false, left: 0 }
    };
    let band = content.band;
    let fits = band.0 <= band.1 && band.1 < 64 && (!frame.is_progressive || (band.0 == 0) == (band.1 == 0));
    (fits && !parts.is_empty() && (band.0 == 0 || parts.len() == 1)).then_some((parts, content))
}

/// Pass over one block; `known` stands for its coefficients that are not 0.
fn block(
    bits: &mut Bits<'_>,
    is_progressive: bool,
    content: &Content,
    (dc, ac): (&Option<Table>, &Option<Table>),
    known: Option<&mut u64>,
    empty: &mut u32,
) -> Result<(), Stop> {
    let ac = || ac.as_ref().ok_or(Stop::Nonsense);
    let dc = || dc.as_ref().ok_or(Stop::Nonsense);
    match (is_progressive, content.band.0, content.is_further) {
        (false, ..) => bits.block(dc()?, ac()?),
        (true, 0, false) => bits.average(dc()?),
        (true, 0, true) => bits.bit(),
        (true, _, false) => bits.first(ac()?, content.band, known.ok_or(Stop::Nonsense)?, empty),
        (true, _, true) => bits.further(ac()?, content.band, known.ok_or(Stop::Nonsense)?, empty),
    }
}

fn explain(stop: Stop, scan: usize, done: usize, all: usize) -> String {
    match stop {
        Stop::Ended => format!("it breaks off: scan {scan} ends after {done} of {all} blocks"),
        Stop::Nonsense => format!("its image data is damaged after {done} of {all} blocks of scan {scan}"),
        Stop::Zeros => {
            format!("zero bytes stand in place of its image data after {done} of {all} blocks of scan {scan}")
        }
    }
}
