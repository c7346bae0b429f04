use std::io::{Cursor, Write};

use proptest::prelude::*;

use super::*;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ::zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.include_checksum(true).unwrap();
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 0);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

type Pack = fn(&[u8]) -> Vec<u8>;
const PACKINGS: [Pack; 4] = [gzip, zstd, bzip2, xz];

/// Numbers that do not compress well.
fn noise(count: u32) -> Vec<u8> {
    let mixed = |n: u32| {
        let n = (n ^ n >> 16).wrapping_mul(0x7feb_352d);
        let n = (n ^ n >> 15).wrapping_mul(0x846c_a68b);
        n ^ n >> 16
    };
    (0..count).flat_map(|n| mixed(n + 1).to_le_bytes()).collect()
}

/// Everything that can be read, with where it lies, and the damage between.
#[derive(Debug, Clone, Default, PartialEq)]
struct Seen {
    pieces: Vec<(Place, Vec<u8>)>,
    damage: Vec<(DamageKind, Range<u64>)>,
    consumed: u64,
}

impl Seen {
    fn add(&mut self, place: Place, bytes: &[u8]) {
        match self.pieces.last_mut() {
            Some((last, before))
                if last.member == place.member && last.offset + before.len() as u64 == place.offset =>
            {
                before.extend_from_slice(bytes);
            }
            _ => self.pieces.push((place, bytes.to_vec())),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.pieces.iter().flat_map(|(_, bytes)| bytes.clone()).collect()
    }
}

/// Reads what belongs to the range, `step` bytes at a time.
fn read_on(source: &mut Source, step: usize, seen: &mut Seen) {
    let mut buffer = vec![0; step];
    loop {
        match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(_) if source.is_past() => break,
            Ok(count) => seen.add(source.place(), &buffer[..count]),
            Err(error) => {
                let damage = Damage::of(&error).expect("only damage").clone();
                assert!(error.to_string().starts_with("dump: bytes "), "{error}");
                if source.is_past() {
                    break;
                }
                seen.damage.push((damage.kind, damage.range));
            }
        }
    }
    seen.consumed = source.consumed();
}

fn read_with(bytes: &[u8], limits: Limits) -> Seen {
    let mut seen = Seen::default();
    let reader = Cursor::new(bytes.to_vec());
    read_on(&mut Source::of_reader(Path::new("dump"), reader, limits).unwrap(), 1 << 16, &mut seen);
    seen
}

fn read(bytes: &[u8]) -> Seen {
    read_with(bytes, Limits::default())
}

/// Reads range after range.
fn read_cut(bytes: &[u8], size: usize, step: usize) -> Seen {
    let blob = Blob::memory("dump", bytes.to_vec());
    let mut seen = Seen::default();
    for start in (0..bytes.len()).step_by(size) {
        let range = start as u64..bytes.len().min(start + size) as u64;
        let mut source = open_range(&blob, range, |_| true, Limits::default()).unwrap();
        read_on(&mut source, step, &mut seen);
    }
    seen
}

#[test]
fn bytes_that_are_not_compressed_come_as_they_are() {
    for text in [&b"The bridge is open."[..], b"ab", b"", b"BZh9 is no bzip2", b"\x1f"] {
        let seen = read(text);
        assert_eq!((seen.bytes(), seen.consumed), (text.to_vec(), text.len() as u64));
        assert_eq!(seen.damage, []);
    }
}

#[test]
fn all_members_of_a_file_are_read_each_with_its_place() {
    for pack in PACKINGS {
        let members = [pack(b"The bridge "), pack(b""), pack(b"is open.")];
        let last = (members[0].len() + members[1].len()) as u64;
        let seen = read(&members.concat());
        let place = |member| Place { member, offset: 0 };
        assert_eq!(seen.pieces, [(place(0), b"The bridge ".to_vec()), (place(last), b"is open.".to_vec())]);
        assert_eq!((seen.damage.len(), seen.consumed), (0, members.concat().len() as u64));
    }
}

#[test]
fn a_long_member_is_read_in_steps() {
    let text = noise(700_000);
    for pack in PACKINGS {
        for step in [1 << 18, 997] {
            let mut seen = Seen::default();
            let reader = Cursor::new(pack(&text));
            let mut source = Source::of_reader(Path::new("dump"), reader, Limits::default()).unwrap();
            read_on(&mut source, step, &mut seen);
            assert!(seen.bytes() == text && seen.damage.is_empty());
        }
    }
}

#[test]
fn padding_between_and_behind_members_is_no_damage() {
    for pack in PACKINGS {
        for count in [1, 2, 777, 300_000] {
            let padding = vec![0; count];
            let file = [pack(b"The bridge "), padding.clone(), pack(b"is open."), padding].concat();
            let seen = read(&file);
            assert_eq!((seen.bytes(), seen.damage), (b"The bridge is open.".to_vec(), vec![]));
            assert_eq!(seen.consumed, file.len() as u64);
        }
    }
}

#[test]
fn garbage_behind_a_file_is_damage() {
    for pack in PACKINGS {
        for garbage in [&[b'x'; 20][..], b"\0\0x", b"junk"] {
            let member = pack(b"The bridge is open.");
            let file = [member.as_slice(), garbage].concat();
            let first = member.len() + garbage.iter().take_while(|&&byte| byte == 0).count();
            let seen = read(&file);
            assert_eq!(seen.bytes(), b"The bridge is open.");
            assert_eq!(seen.damage, [(DamageKind::Broken, first as u64..file.len() as u64)]);
        }
    }
}

#[test]
fn skippable_frames_are_passed_over() {
    let skippable = [0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9, 9].to_vec();
    let file =
        [skippable.clone(), zstd(b"The bridge "), skippable.clone(), zstd(b"is open."), skippable].concat();
    let seen = read(&file);
    assert_eq!((seen.bytes(), seen.damage.len()), (b"The bridge is open.".to_vec(), 0));
    let cut = [&file[..], &[0x50, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 9]].concat();
    assert_eq!(read(&cut).damage, [(DamageKind::CutOff, file.len() as u64..cut.len() as u64)]);
}

#[test]
fn gzip_headers_can_have_fields() {
    let mut builder = flate2::GzBuilder::new().filename("a.txt").comment("c").extra(vec![7; 300]);
    builder = builder.mtime(7);
    let mut encoder = builder.write(Vec::new(), flate2::Compression::fast());
    encoder.write_all(b"The bridge").unwrap();
    let member = encoder.finish().unwrap();
    assert_eq!(read(&[member.clone(), member].concat()).bytes(), b"The bridgeThe bridge");
}

/// Five members, of which the third is made into something else.
fn five(pack: Pack, damage: impl Fn(Vec<u8>) -> Vec<u8>) -> (Vec<u8>, Range<u64>) {
    let mut members: Vec<_> = (0..5).map(|n| pack(&noise(3000 + n))).collect();
    members[2] = damage(std::mem::take(&mut members[2]));
    let start = members[..2].concat().len() as u64;
    (members.concat(), start..start + members[2].len() as u64)
}

type Damaging = fn(Vec<u8>) -> Vec<u8>;

#[test]
fn damage_costs_up_to_the_next_member() {
    let damages: [(&str, Damaging); 5] = [
        ("half", |mut member| {
            member.truncate(member.len() / 2);
            member
        }),
        ("bit", |mut member| {
            let middle = member.len() / 2;
            member[middle] ^= 0x10;
            member
        }),
        ("junk", |member| noise(member.len() as u32 / 4)),
        ("head", |mut member| {
            member[0] ^= 1;
            member
        }),
        ("text", |member| vec![b'x'; member.len()]),
    ];
    for (number, pack) in PACKINGS.into_iter().enumerate() {
        for (name, damage) in damages {
            let name = format!("{name} {number}");
            let (file, bad) = five(pack, damage);
            let seen = read(&file);
            let good = |n: u32| {
                seen.pieces.iter().any(|(place, bytes)| place.offset == 0 && *bytes == noise(3000 + n))
            };
            assert!([0, 1, 3, 4].into_iter().all(good), "{name} {:?}", seen.damage);
            let [(kind, range)] = &seen.damage[..] else { panic!("{name}: {:?}", seen.damage) };
            assert_eq!((range.start, range.end), (bad.start, bad.end), "{name}");
            assert!(*kind == DamageKind::Broken || *kind == DamageKind::WrongSum, "{name}");
        }
    }
}

#[test]
fn a_wrong_checksum_takes_nothing_away() {
    for (pack, from_end) in [(gzip as Pack, 8), (zstd as Pack, 1)] {
        let (file, bad) = five(pack, |mut member| {
            let place = member.len() - from_end;
            member[place] ^= 0xff;
            member
        });
        let seen = read(&file);
        assert_eq!(seen.damage, [(DamageKind::WrongSum, bad)]);
        assert_eq!(seen.bytes(), (0..5).flat_map(|n| noise(3000 + n)).collect::<Vec<_>>());
    }
}

#[test]
fn a_file_that_is_cut_off_gives_what_it_has() {
    let text = noise(300_000);
    for pack in PACKINGS {
        let whole = pack(&text);
        let seen = read(&whole[..whole.len() / 2]);
        assert!(seen.bytes().len() > text.len() / 4, "{} bytes", seen.bytes().len());
        assert!(text.starts_with(&seen.bytes()));
        assert_eq!(seen.damage, [(DamageKind::CutOff, 0..whole.len() as u64 / 2)]);
    }
}

#[test]
fn a_member_that_becomes_too_much_is_a_bomb() {
    let bomb = vec![b'a'; 64 << 20];
    for pack in PACKINGS {
        let file = [pack(b"The bridge "), pack(&bomb), pack(b"is open.")].concat();
        let seen = read(&file);
        let kinds: Vec<_> = seen.damage.iter().map(|(kind, _)| *kind).collect();
        assert_eq!(kinds, [DamageKind::Bomb]);
        assert_eq!(seen.bytes().len(), 19 + (16 << 20), "judged from 16 MiB on");
        assert!(seen.bytes().ends_with(b"ais open."));
        let generous = read_with(&file, Limits { ratio: 1 << 40 });
        assert_eq!((generous.bytes().len(), generous.damage.len()), (19 + bomb.len(), 0));
    }
}

#[test]
fn a_member_inside_a_member_is_none() {
    // what does not compress is stored as it is
    let inner = gzip(&noise(50_000)[160_000..160_400]);
    let outer = gzip(&[noise(20_000), inner.clone(), noise(20_000)].concat());
    assert!(memchr::memmem::find(&outer, &inner).is_some());
    let file = [gzip(b"a"), outer, gzip(b"b")].concat();
    assert_eq!(read(&file).pieces.len(), 3);
    let blob = Blob::memory("dump", file);
    let begins: Begins = |bytes| bytes == b"b";
    let mut source = open_range(&blob, 60..1 << 20, begins, Limits::default()).unwrap();
    let mut text = String::new();
    source.read_to_string(&mut text).unwrap();
    assert_eq!(text, "b", "a reader that knows what its members begin with is not led astray");
}

#[test]
fn bytes_can_be_looked_at_where_they_lie() {
    let file = [gzip(b"The bridge "), gzip(b"is open.")].concat();
    let second = gzip(b"The bridge ").len() as u64;
    let look = |bytes: &[u8], member, offset, length| {
        bytes_at(&Blob::memory("d", bytes.to_vec()), Place { member, offset }, length, Limits::default())
            .unwrap()
    };
    assert_eq!(look(&file, 0, 4, 9), b"bridge is");
    assert_eq!(look(&file, second, 3, 99), b"open.");
    assert_eq!(look(b"The bridge is open.", 0, 4, 6), b"bridge");
    assert_eq!(look(&file[..file.len() - 9], second, 0, 99), b"is open.", "without its checksum");
}

#[test]
fn a_file_that_is_missing_is_named() {
    let error =
        open(&Blob::file("/nowhere/dump.gz", 1), Limits::default()).err().map(|error| error.to_string());
    assert_eq!(error.as_deref(), Some("/nowhere/dump.gz: No such file or directory (os error 2)"));
}

#[test]
fn the_inner_name_has_no_compression_in_it() {
    assert_eq!(inner_name("2024/news.jsonl.gz"), Some("2024/news.jsonl"));
    assert_eq!(inner_name("news.ZST"), Some("news"));
    assert_eq!(inner_name("news.jsonl.bz2"), Some("news.jsonl"));
    assert_eq!(inner_name("news.txt"), None);
    assert_eq!(inner_name("part-00000"), None);
}

/// Members, some of them damaged, with padding or garbage between some.
fn file() -> impl Strategy<Value = Vec<u8>> {
    let member = (0u32..400, 0usize..12, any::<prop::sample::Index>());
    (0usize..5, prop::collection::vec(member, 0..12)).prop_map(|(packing, members)| {
        let plain: Pack = |bytes| bytes.to_vec();
        let pack = PACKINGS.get(packing).copied().unwrap_or(plain);
        let member = |(size, damage, place): (u32, usize, prop::sample::Index)| {
            let mut bytes = pack(&noise(size));
            let place = place.index(bytes.len().max(1));
            match damage {
                0 => bytes.truncate(place),
                1 if !bytes.is_empty() => bytes[place] ^= 0x40,
                2 => bytes.extend(vec![0; place]),
                3 => bytes.extend(b"garbage"),
                _ => {}
            }
            bytes
        };
        members.into_iter().flat_map(member).collect()
    })
}

proptest! {
    #[test]
    fn ranges_read_every_member_once(file in file(), size in 1usize..3000, step in 1usize..5000) {
        let whole = read_cut(&file, usize::MAX >> 1, 1 << 16);
        let cut = read_cut(&file, size, step);
        prop_assert_eq!(&whole.damage, &cut.damage);
        let shape = |seen: &Seen| seen.pieces.iter().map(|(place, bytes)| (*place, bytes.len())).collect::<Vec<_>>();
        prop_assert!(whole.bytes() == cut.bytes(), "{:?} {} {:?} {:?} {:?}", Packing::of(&file), file.len(), shape(&whole), shape(&cut), whole.damage);
        let places = |seen: &Seen| seen.pieces.iter().map(|(place, _)| *place).collect::<Vec<_>>();
        if !file.is_empty() && Packing::of(&file) != Packing::Plain {
            prop_assert_eq!(places(&whole), places(&cut));
        }
    }

    #[test]
    fn any_bytes_can_be_read(bytes in any::<Vec<u8>>(), packing in 0usize..4, step in 1usize..50) {
        let file = [PACKINGS[packing](b"The bridge"), bytes].concat();
        let mut seen = Seen::default();
        let reader = Cursor::new(file.clone());
        let mut source = Source::of_reader(Path::new("dump"), reader, Limits::default()).unwrap();
        read_on(&mut source, step, &mut seen);
        prop_assert_eq!(seen.consumed, file.len() as u64);
        prop_assert!(seen.bytes().starts_with(b"The bridge"));
    }
}
