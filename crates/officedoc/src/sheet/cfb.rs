//! The compound file around an xls (MS-CFB): a small file system of sectors and chains.
//!
//! Chains are followed no further than there are sectors, so a ring ends in an error and a stream is never longer than the
//! file.

use super::SheetError;

const BROKEN: SheetError = SheetError::Broken { part: "文件结构" };
const HEADER_BYTES: usize = 512;
const ENTRY_BYTES: usize = 128;
const MINI_SECTOR_BYTES: usize = 64;
/// Sector numbers from here on mark ends and free space.
const FIRST_MARK: u32 = 0xffff_fffa;
/// Shorter streams lie in the mini stream.
const MINI_BELOW: u64 = 4096;

/// An opened compound file.
#[derive(Debug)]
pub(super) struct CompoundFile<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    next_sector: Vec<u32>,
    next_mini_sector: Vec<u32>,
    mini_stream: Vec<u8>,
    streams: Vec<Stream>,
}

#[derive(Debug)]
struct Stream {
    name: String,
    start: u32,
    size: u64,
}

impl<'a> CompoundFile<'a> {
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, SheetError> {
        let sector_bytes = match u16_at(bytes, 30) {
            Some(9) => 512,
            Some(12) => 4096,
            _ => return Err(BROKEN),
        };
        let mut file = Self {
            bytes,
            sector_bytes,
            next_sector: Vec::new(),
            next_mini_sector: Vec::new(),
            mini_stream: Vec::new(),
            streams: Vec::new(),
        };
        let header = |at| u32_at(bytes, at).ok_or(BROKEN);
        for sector in file.table_sectors(header(68)?)? {
            file.next_sector.extend(numbers(file.sector(sector)?));
        }
        let directory = file.chain(header(48)?, u64::MAX)?;
        for entry in directory.chunks_exact(ENTRY_BYTES) {
            if let Some(stream) = Stream::of_entry(entry) {
                file.streams.push(stream);
            }
        }
        // The root comes first; what it holds is the mini stream.
        let root = file.streams.first().map(|root| (root.start, root.size)).ok_or(BROKEN)?;
        if header(64)? > 0 {
            file.next_mini_sector = numbers(&file.chain(header(60)?, u64::MAX)?).collect();
            file.mini_stream = file.chain(root.0, root.1)?;
        }
        Ok(file)
    }

    /// Whether there is a stream or a folder of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    /// The bytes of a stream.
    pub(super) fn stream(&self, name: &str) -> Result<Option<Vec<u8>>, SheetError> {
        let Some(stream) = self.find(name) else { return Ok(None) };
        if stream.size < MINI_BELOW { self.mini_chain(stream) } else { self.chain(stream.start, stream.size) }.map(Some)
    }

    fn find(&self, name: &str) -> Option<&Stream> {
        self.streams.iter().find(|stream| stream.name.eq_ignore_ascii_case(name))
    }

    /// The sectors that hold the table of chains: the first 109 stand in the header, the others in a chain of their own.
    fn table_sectors(&self, mut more: u32) -> Result<Vec<u32>, SheetError> {
        let most = self.bytes.len() / self.sector_bytes;
        let listed = self.bytes.get(76..HEADER_BYTES).ok_or(BROKEN)?;
        let mut sectors: Vec<u32> = numbers(listed).collect();
        for _ in 0..=most {
            if more >= FIRST_MARK {
                sectors.retain(|&sector| sector < FIRST_MARK);
                return if sectors.len() <= most { Ok(sectors) } else { Err(BROKEN) };
            }
            sectors.extend(numbers(self.sector(more)?));
            more = sectors.pop().ok_or(BROKEN)?;
        }
        Err(BROKEN)
    }

    /// A sector's bytes; the last one of a file may be cut.
    fn sector(&self, number: u32) -> Result<&'a [u8], SheetError> {
        let number = usize::try_from(number).map_err(|_| BROKEN)?;
        let start = number.checked_add(1).and_then(|place| place.checked_mul(self.sector_bytes)).ok_or(BROKEN)?;
        let end = start.saturating_add(self.sector_bytes).min(self.bytes.len());
        self.bytes.get(start..end).filter(|bytes| !bytes.is_empty()).ok_or(BROKEN)
    }

    fn chain(&self, start: u32, size: u64) -> Result<Vec<u8>, SheetError> {
        let sectors = self.bytes.len() / self.sector_bytes;
        follow(start, size, &self.next_sector, sectors, |number| self.sector(number))
    }

    fn mini_chain(&self, stream: &Stream) -> Result<Vec<u8>, SheetError> {
        let sectors = self.mini_stream.len().div_ceil(MINI_SECTOR_BYTES);
        follow(stream.start, stream.size, &self.next_mini_sector, sectors, |number| {
            let start = usize::try_from(number).ok().and_then(|number| number.checked_mul(MINI_SECTOR_BYTES));
            let rest = start.and_then(|start| self.mini_stream.get(start..)).ok_or(BROKEN)?;
            rest.get(..MINI_SECTOR_BYTES.min(rest.len())).filter(|bytes| !bytes.is_empty()).ok_or(BROKEN)
        })
    }
}

impl Stream {
    fn of_entry(entry: &[u8]) -> Option<Self> {
        let name_bytes = usize::from(u16_at(entry, 64)?).min(64);
        let units = entry.get(..name_bytes)?.chunks_exact(2).filter_map(|pair| u16_at(pair, 0));
        let name: String = char::decode_utf16(units.take_while(|&unit| unit != 0)).map(|c| c.unwrap_or('\u{fffd}')).collect();
        let is_used = *entry.get(66)? != 0;
        // The upper half of the size is not to be trusted in files of version 3, and never needed.
        let size = u64::from(u32_at(entry, 120)?);
        is_used.then_some(Self { name, start: u32_at(entry, 116)?, size })
    }
}

/// Collects a chain of sectors until it ends or `size` bytes are there; a chain of more than all sectors is a ring.
fn follow<'s>(
    start: u32,
    size: u64,
    next: &[u32],
    all_sectors: usize,
    sector: impl Fn(u32) -> Result<&'s [u8], SheetError>,
) -> Result<Vec<u8>, SheetError> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    let mut number = start;
    for _ in 0..=all_sectors {
        if number >= FIRST_MARK || bytes.len() >= size {
            bytes.truncate(size);
            return Ok(bytes);
        }
        bytes.extend_from_slice(sector(number)?);
        number = usize::try_from(number).ok().and_then(|number| next.get(number)).copied().ok_or(BROKEN)?;
    }
    Err(BROKEN)
}

fn numbers(bytes: &[u8]) -> impl Iterator<Item = u32> {
    bytes.chunks_exact(4).filter_map(|number| u32_at(number, 0))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|number| u16::from_le_bytes(*number))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|number| u32::from_le_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    const END: u32 = 0xffff_fffe;

    /// A header, then in sectors 0 to 3 the table, the directory, the mini stream and its table, with a stream of 70 bytes.
    fn file(directory_next: u32) -> Vec<u8> {
        let mut bytes = vec![0_u8; 512 * 5];
        let mut put = |at: usize, number: u32| bytes[at..at + 4].copy_from_slice(&number.to_le_bytes());
        for (at, number) in [(28, 0x0009_fffe), (44, 1), (48, 1), (60, 3), (64, 1), (68, END)] {
            put(at, number);
        }
        for place in 0..109 {
            put(76 + place * 4, if place == 0 { 0 } else { 0xffff_ffff });
        }
        for (sector, next) in [0xffff_fffd, directory_next, END, END].into_iter().enumerate() {
            put(512 + sector * 4, next);
        }
        for (entry, (kind, start, size)) in [(5, 2, 512), (2, 1, 70)].into_iter().enumerate() {
            let at = 1024 + entry * ENTRY_BYTES;
            put(at, u32::from(b"RW"[entry]));
            put(at + 64, 4 | kind << 16);
            put(at + 116, start);
            put(at + 120, size);
        }
        // The stream lies in the mini sectors 1 and 3.
        for (mini_sector, next) in [END, 3, END, END].into_iter().enumerate() {
            put(2048 + mini_sector * 4, next);
        }
        for mini_sector in 0..8 {
            bytes[1536 + mini_sector * 64..1600 + mini_sector * 64].fill(mini_sector as u8);
        }
        bytes
    }

    #[test]
    fn a_short_stream_lies_in_the_mini_stream() {
        let bytes = file(END);
        let file = CompoundFile::open(&bytes).unwrap();
        assert!(file.has("w") && !file.has("x"));
        assert_eq!(file.stream("W"), Ok(Some([vec![1; 64], vec![3; 6]].concat())));
        assert_eq!(file.stream("Workbook"), Ok(None));
    }

    #[test]
    fn a_ring_of_sectors_is_an_error() {
        assert_eq!(CompoundFile::open(&file(1)).map(|_| ()), Err(BROKEN));
        assert_eq!(CompoundFile::open(&file(77)).map(|_| ()), Err(BROKEN));
    }

    #[test]
    fn a_chain_ends_with_its_stream() {
        let data: Vec<u8> = (0..3).flat_map(|number| [number; 4]).collect();
        let sector = |number: u32| data.get(number as usize * 4..number as usize * 4 + 4).ok_or(BROKEN);
        let next = [1, 2, 0xffff_fffe];
        assert_eq!(follow(0, 6, &next, 3, sector), Ok(vec![0, 0, 0, 0, 1, 1]));
        assert_eq!(follow(0, 100, &next, 3, sector), Ok(data.clone()));
        assert_eq!(follow(0, 0, &next, 3, sector), Ok(vec![]));
        assert_eq!(follow(0, 100, &[1, 0, 0], 3, sector), Err(BROKEN));
    }
}
