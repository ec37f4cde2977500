//! Plausible people: names from many places, with the spelling that their
//! e-mail addresses would have.

use std::collections::HashMap;

use crate::random::Random;

/// A name, and how it is written in an address.
type Spelling = (&'static str, &'static str);

const FIRST: [Spelling; 48] = [
    ("Aaliyah", "aaliyah"),
    ("Aiko", "aiko"),
    ("Alejandro", "alejandro"),
    ("Amara", "amara"),
    ("Anders", "anders"),
    ("Anjali", "anjali"),
    ("Björn", "bjoern"),
    ("Camille", "camille"),
    ("Carlos", "carlos"),
    ("Chidi", "chidi"),
    ("Chloé", "chloe"),
    ("Daniel", "daniel"),
    ("Dmitri", "dmitri"),
    ("Elena", "elena"),
    ("Emeka", "emeka"),
    ("Fatima", "fatima"),
    ("Farhad", "farhad"),
    ("Giulia", "giulia"),
    ("Hannah", "hannah"),
    ("Hiroshi", "hiroshi"),
    ("Ingrid", "ingrid"),
    ("Isabel", "isabel"),
    ("James", "james"),
    ("Jürgen", "juergen"),
    ("Kavya", "kavya"),
    ("Kwame", "kwame"),
    ("Leila", "leila"),
    ("Linh", "linh"),
    ("Łukasz", "lukasz"),
    ("Maria", "maria"),
    ("Mateo", "mateo"),
    ("Mei", "mei"),
    ("Mohammed", "mohammed"),
    ("Nadia", "nadia"),
    ("Noah", "noah"),
    ("Olivia", "olivia"),
    ("Omar", "omar"),
    ("Priya", "priya"),
    ("Rahul", "rahul"),
    ("Rebecca", "rebecca"),
    ("Samuel", "samuel"),
    ("Sinéad", "sinead"),
    ("Sofia", "sofia"),
    ("Tariq", "tariq"),
    ("Thandiwe", "thandiwe"),
    ("Wei", "wei"),
    ("Yusuf", "yusuf"),
    ("Zoë", "zoe"),
];

const LAST: [Spelling; 48] = [
    ("Abebe", "abebe"),
    ("Adeyemi", "adeyemi"),
    ("Ahmed", "ahmed"),
    ("Andersson", "andersson"),
    ("Bauer", "bauer"),
    ("Bianchi", "bianchi"),
    ("Brown", "brown"),
    ("Chen", "chen"),
    ("Costa", "costa"),
    ("Dubois", "dubois"),
    ("Eriksen", "eriksen"),
    ("Fernández", "fernandez"),
    ("Fischer", "fischer"),
    ("García", "garcia"),
    ("Gupta", "gupta"),
    ("Haddad", "haddad"),
    ("Hernández", "hernandez"),
    ("Iyer", "iyer"),
    ("Johnson", "johnson"),
    ("Kim", "kim"),
    ("Kowalski", "kowalski"),
    ("Lefèvre", "lefevre"),
    ("Li", "li"),
    ("Mbeki", "mbeki"),
    ("Mehta", "mehta"),
    ("Moreau", "moreau"),
    ("Müller", "mueller"),
    ("Nakamura", "nakamura"),
    ("Nguyễn", "nguyen"),
    ("Novák", "novak"),
    ("O’Brien", "obrien"),
    ("Okafor", "okafor"),
    ("Okonkwo", "okonkwo"),
    ("Papadopoulos", "papadopoulos"),
    ("Park", "park"),
    ("Patel", "patel"),
    ("Petrova", "petrova"),
    ("Reyes", "reyes"),
    ("Rossi", "rossi"),
    ("Santos", "santos"),
    ("Schmidt", "schmidt"),
    ("Silva", "silva"),
    ("Smith", "smith"),
    ("Suzuki", "suzuki"),
    ("Tanaka", "tanaka"),
    ("van der Berg", "vanderberg"),
    ("Yılmaz", "yilmaz"),
    ("Zhang", "zhang"),
];

/// Hands out names, no address twice.
#[derive(Default)]
pub(super) struct Names {
    taken: HashMap<String, u32>,
}

impl Names {
    /// A name and an address; from the second of that name on it has a number.
    pub(super) fn next(&mut self, random: &mut Random) -> (String, String) {
        let (first, first_spelt) = random.pick(&FIRST);
        let (last, last_spelt) = random.pick(&LAST);
        let local = format!("{first_spelt}.{last_spelt}");
        let count = self.taken.entry(local.clone()).or_default();
        *count += 1;
        let number = if *count == 1 {
            String::new()
        } else {
            count.to_string()
        };
        (
            format!("{first} {last}"),
            format!("{local}{number}@example.com"),
        )
    }
}
