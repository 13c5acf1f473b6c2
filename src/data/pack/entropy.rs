//! The Huffman-coded bits of a JPEG file, read to see where they end: values are passed over, not computed.
//!
//! ITU-T T.81, sections F.2.2 and G.2, <https://www.w3.org/Graphics/JPEG/itu-t81.pdf>.

/// Zero bytes in a row that no coded image has where blocks with many coefficients stand.
const MANY_ZEROS: usize = 16;
/// Coefficients above which a block that is coded by zero bits alone is no image: long runs of zero bits are common where
/// a picture is plain, and there a block has none.
const MANY_COEFFICIENTS: usize = 8;
/// Bits that are looked up at once.
const LOOKUP: usize = 9;

/// Why coded data cannot be followed any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bits end at a marker or with the file.
    Ended,
    /// They stand for nothing.
    Nonsense,
    /// They are zero for long, and stand for what no image has.
    Zeros,
}

/// A Huffman table.
pub(super) struct Table {
    /// By the next bits: length and symbol of the code; length 0 where it is longer.
    lookup: Vec<(u8, u8)>,
    /// By length: one more than the last code, filled up to 16 bits; 0 where there is none.
    ends: [u32; 17],
    /// By length: what is added to a code to find its symbol.
    offsets: [i32; 17],
    symbols: Vec<u8>,
}

impl Table {
    /// The table of these numbers of codes of 1 to 16 bits, with their symbols in order; none where they do not fit.
    pub(super) fn new(counts: &[u8], symbols: &[u8]) -> Option<Self> {
        let (mut ends, mut offsets) = ([0; 17], [0; 17]);
        let mut lookup = vec![(0, 0); 1 << LOOKUP];
        let (mut code, mut first) = (0_usize, 0_usize);
        for length in 1..=16 {
            let count = usize::from(*counts.get(length - 1)?);
            offsets[length] = first as i32 - code as i32;
            if code + count > 1 << length {
                return None;
            }
            for (index, symbol) in symbols.get(first..first + count)?.iter().enumerate() {
                if length <= LOOKUP {
                    let start = (code + index) << (LOOKUP - length);
                    lookup[start..start + (1 << (LOOKUP - length))].fill((length as u8, *symbol));
                }
            }
            (code, first) = (code + count, first + count);
            ends[length] = if count > 0 { (code << (16 - length)) as u32 } else { 0 };
            code <<= 1;
        }
        Some(Self { lookup, ends, offsets, symbols: symbols[..first].to_vec() })
    }
}

/// Coded data, bit by bit, up to the next marker.
pub(super) struct Bits<'b> {
    bytes: &'b [u8],
    /// The first byte that is not in `buffer`.
    at: usize,
    buffer: u64,
    /// Bits in `buffer`, which are its lowest.
    count: u32,
    /// Zero bytes in a row, up to `at`.
    zeros: usize,
}

impl<'b> Bits<'b> {
    /// The bits from that byte on.
    pub(super) fn new(bytes: &'b [u8], at: usize) -> Self {
        Self { bytes, at, buffer: 0, count: 0, zeros: 0 }
    }

    /// The next byte, `ff 00` being `ff`; none at a marker and at the end.
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        if byte == 0xff {
            if self.bytes.get(self.at + 1) != Some(&0) {
                return None;
            }
            self.at += 1;
        }
        self.at += 1;
        self.zeros = if byte == 0 { self.zeros + 1 } else { 0 };
        Some(byte)
    }

    /// The next 16 bits, with zeros behind the end.
    fn peek(&mut self) -> u32 {
        while self.count < 32 {
            let Some(byte) = self.byte() else { break };
            self.buffer = self.buffer << 8 | u64::from(byte);
            self.count += 8;
        }
        let bits = if self.count >= 16 { self.buffer >> (self.count - 16) } else { self.buffer << (16 - self.count) };
        (bits & 0xffff) as u32
    }

    fn skip(&mut self, bits: u32) -> Result<(), Stop> {
        self.count = self.count.checked_sub(bits).ok_or(Stop::Ended)?;
        Ok(())
    }

    /// A number of that many bits, at most 15.
    fn number(&mut self, bits: u32) -> Result<u32, Stop> {
        let number = self.peek() >> (16 - bits);
        self.skip(bits).map(|()| number)
    }

    /// Pass over that many bits, at most 16.
    fn pass(&mut self, bits: u32) -> Result<(), Stop> {
        self.peek();
        self.skip(bits)
    }

    /// The next symbol, as its upper and its lower four bits.
    fn symbol(&mut self, table: &Table) -> Result<(usize, u32), Stop> {
        let bits = self.peek();
        let (length, symbol) = match table.lookup[(bits >> (16 - LOOKUP)) as usize] {
            (0, _) => {
                let longer = (LOOKUP + 1..=16).find(|&length| bits < table.ends[length]);
                // Behind the end the bits are made up, so that nothing can be said of them.
                let none = if self.count < 16 { Stop::Ended } else { Stop::Nonsense };
                let length = longer.ok_or(none)?;
                let index = (bits >> (16 - length)) as i32 + table.offsets[length];
                (length as u32, *table.symbols.get(index as usize).ok_or(Stop::Nonsense)?)
            }
            (length, symbol) => (u32::from(length), symbol),
        };
        self.skip(length)?;
        Ok((usize::from(symbol >> 4), u32::from(symbol & 15)))
    }

    /// Go to the next marker or the end; answers where that is, how many whole bytes were left, and whether they are 0.
    pub(super) fn finish(mut self) -> (usize, usize, bool) {
        let whole = self.count / 8;
        let mut left = whole as usize;
        let mut are_zero = self.buffer & ((1 << (8 * whole)) - 1) == 0;
        while let Some(byte) = self.byte() {
            left += 1;
            are_zero &= byte == 0;
        }
        (self.at, left, are_zero)
    }

    /// A block of a sequential scan.
    pub(super) fn block(&mut self, dc: &Table, ac: &Table) -> Result<(), Stop> {
        self.average(dc)?;
        let (mut at, mut coded) = (1, 0);
        while at < 64 {
            match self.symbol(ac)? {
                (15, 0) => at += 16,
                (_, 0) => break,
                (run, size) => {
                    self.pass(size)?;
                    coded += 1;
                    at += run + 1;
                    if at > 64 {
                        return Err(Stop::Nonsense);
                    }
                }
            }
        }
        self.no_zeros(coded)
    }

    /// The first coefficient of a block, in a scan that has no other, or as the beginning of a sequential block.
    pub(super) fn average(&mut self, dc: &Table) -> Result<(), Stop> {
        match self.symbol(dc)? {
            (0, size) => self.pass(size),
            _ => Err(Stop::Nonsense),
        }
    }

    /// One bit, by which a coefficient becomes more exact.
    pub(super) fn bit(&mut self) -> Result<(), Stop> {
        self.pass(1)
    }

    /// The coefficients `band` of a block, for the first time. `known` gets those that are not 0, `empty` says how many
    /// blocks have none any more.
    pub(super) fn first(
        &mut self,
        ac: &Table,
        band: (usize, usize),
        known: &mut u64,
        empty: &mut u32,
    ) -> Result<(), Stop> {
        if *empty > 0 {
            *empty -= 1;
            return Ok(());
        }
        let (mut at, mut coded) = (band.0, 0);
        while at <= band.1 {
            match self.symbol(ac)? {
                (15, 0) => at += 16,
                (run, 0) => {
                    *empty = (1 << run) - 1 + self.number(run as u32)?;
                    break;
                }
                (run, size) => {
                    self.pass(size)?;
                    coded += 1;
                    at += run;
                    if at > band.1 {
                        return Err(Stop::Nonsense);
                    }
                    *known |= 1 << at;
                    at += 1;
                }
            }
        }
        self.no_zeros(coded)
    }

    /// The coefficients `band` of a block, one bit more of each: section G.1.2.3.
    pub(super) fn further(
        &mut self,
        ac: &Table,
        band: (usize, usize),
        known: &mut u64,
        empty: &mut u32,
    ) -> Result<(), Stop> {
        let mut at = band.0;
        while *empty == 0 && at <= band.1 {
            let (mut run, size) = self.symbol(ac)?;
            if size > 0 {
                self.bit()?;
            } else if run < 15 {
                *empty = (1 << run) + self.number(run as u32)?;
                break;
            }
            while at <= band.1 {
                if *known >> at & 1 == 1 {
                    self.bit()?;
                } else if run == 0 {
                    break;
                } else {
                    run -= 1;
                }
                at += 1;
            }
            if size > 0 {
                if at > band.1 {
                    return Err(Stop::Nonsense);
                }
                *known |= 1 << at;
            }
            at += 1;
        }
        if *empty > 0 {
            for _ in (at..=band.1).filter(|at| *known >> at & 1 == 1) {
                self.bit()?;
            }
            *empty -= 1;
        }
        Ok(())
    }

    /// An error where a block of that many coefficients ends in a long run of zero bytes.
    fn no_zeros(&self, coded: usize) -> Result<(), Stop> {
        if coded > MANY_COEFFICIENTS && self.zeros >= MANY_ZEROS { Err(Stop::Zeros) } else { Ok(()) }
    }
}
