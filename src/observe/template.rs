//! Text with places for the members of dimensions: `{arm}.best.accuracy`, `{reading.words}`.

use std::collections::BTreeMap;

use super::member::Member;

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place { name: String, attribute: Option<String> },
}

/// Text with places.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    pieces: Vec<Piece>,
}

/// What the places of templates stand for: a member of each dimension that a name is expanded over, and constants.
#[derive(Clone, Debug, Default)]
pub struct Binding<'a> {
    members: BTreeMap<&'a str, &'a Member>,
    constants: Option<&'a BTreeMap<String, String>>,
}

impl<'a> Binding<'a> {
    /// No member yet.
    pub fn new(constants: &'a BTreeMap<String, String>) -> Self {
        Self { members: BTreeMap::new(), constants: Some(constants) }
    }

    /// With a member of a dimension.
    #[must_use]
    pub fn with(&self, dimension: &'a str, member: &'a Member) -> Self {
        let mut binding = self.clone();
        binding.members.insert(dimension, member);
        binding
    }

    /// Whether a member of that dimension is bound.
    pub fn binds(&self, name: &str) -> bool {
        self.members.contains_key(name) || self.constants.is_some_and(|constants| constants.contains_key(name))
    }

    /// The members that are bound.
    pub fn members(&self) -> impl Iterator<Item = (&'a str, &'a Member)> {
        self.members.iter().map(|(dimension, member)| (*dimension, *member))
    }

    fn text(&self, name: &str, attribute: Option<&str>) -> Result<&str, String> {
        match (self.members.get(name), attribute) {
            (Some(member), None) => Ok(&member.name),
            (Some(member), Some(attribute)) => match member.attributes.get(attribute) {
                Some(text) => Ok(text),
                None => Err(format!("`{}` of the dimension `{name}` has no `{attribute}`", member.name)),
            },
            (None, None) => {
                let constant = self.constants.and_then(|constants| constants.get(name));
                constant.map(String::as_str).ok_or_else(|| format!("nothing is known of `{{{name}}}` here"))
            }
            (None, Some(attribute)) => Err(format!("nothing is known of `{{{name}.{attribute}}}` here")),
        }
    }
}

impl Template {
    /// The template that a text is; an error in words where a brace stands alone.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some(start) = rest.find(['{', '}']) {
            let (before, after) = rest.split_at(start);
            let Some((place, behind)) = after.strip_prefix('{').and_then(|after| after.split_once('}')) else {
                return Err(format!("`{text}` has a brace that is never closed"));
            };
            let (name, attribute) = match place.split_once('.') {
                Some((name, attribute)) => (name, Some(attribute.to_owned())),
                None => (place, None),
            };
            let is_name =
                |part: &str| !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
            if !is_name(name) || !attribute.as_deref().is_none_or(is_name) {
                return Err(format!("`{{{place}}}` is no name of a dimension, with or without `.` and an attribute"));
            }
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(Piece::Place { name: name.to_owned(), attribute });
            rest = behind;
        }
        if !rest.is_empty() {
            pieces.push(Piece::Text(rest.to_owned()));
        }
        Ok(Self { pieces })
    }

    /// The names of its places, each once, in their order.
    pub fn places(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for piece in &self.pieces {
            if let Piece::Place { name, .. } = piece
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        }
        names
    }

    /// The dimension that it is nothing but the place of, whose members are meant where none is bound.
    pub fn only_place(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Place { name, attribute: None }] => Some(name),
            _ => None,
        }
    }

    /// Its words, where it has no place.
    pub fn words(&self) -> Option<&str> {
        match self.pieces.as_slice() {
            [Piece::Text(words)] => Some(words),
            _ => None,
        }
    }

    /// Whether it is that text with something in its places.
    pub fn may_be(&self, text: &str) -> bool {
        let mut rest = text;
        for (at, piece) in self.pieces.iter().enumerate() {
            // Pieces of text are never neighbours.
            let Piece::Text(words) = piece else { continue };
            let behind = match (at == 0, at + 1 == self.pieces.len()) {
                (true, _) => rest.strip_prefix(words.as_str()),
                (false, true) => rest.ends_with(words.as_str()).then_some(""),
                (false, false) => rest.split_once(words.as_str()).map(|(_, behind)| behind),
            };
            let Some(behind) = behind else { return false };
            rest = behind;
        }
        rest.is_empty() || matches!(self.pieces.last(), Some(Piece::Place { .. }))
    }

    /// The template with its places filled but for these, which have no attributes.
    pub fn fill_but(&self, binding: &Binding<'_>, later: &[&str]) -> Result<Self, String> {
        let mut pieces: Vec<Piece> = Vec::new();
        for piece in &self.pieces {
            let text = match piece {
                Piece::Place { name, attribute: None } if later.contains(&name.as_str()) => {
                    pieces.push(piece.clone());
                    continue;
                }
                Piece::Place { name, attribute } => binding.text(name, attribute.as_deref())?,
                Piece::Text(words) => words,
            };
            match pieces.last_mut() {
                Some(Piece::Text(words)) => words.push_str(text),
                _ => pieces.push(Piece::Text(text.to_owned())),
            }
        }
        Ok(Self { pieces })
    }

    /// The text with every place filled; an error in words where nothing is known of one.
    pub fn fill(&self, binding: &Binding<'_>) -> Result<String, String> {
        // Tens of thousands are filled when manifests are read: the room that a text takes is asked for once.
        let mut text = String::with_capacity(self.pieces.len() * 16);
        for piece in &self.pieces {
            match piece {
                Piece::Text(words) => text.push_str(words),
                Piece::Place { name, attribute } => text.push_str(binding.text(name, attribute.as_deref())?),
            }
        }
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_with_members_their_attributes_and_constants() {
        let template = Template::parse("{arm}: {arm.words}, {scale}").expect("sound");
        let constants = BTreeMap::from([("scale".to_owned(), "5 seeds".to_owned())]);
        let swap = Member::from("swap").with("words", "two layers change places");
        let binding = Binding::new(&constants).with("arm", &swap);
        assert_eq!(template.fill(&binding).expect("all known"), "swap: two layers change places, 5 seeds");
        assert_eq!(template.places(), ["arm", "scale"]);
        assert_eq!(Template::parse("{arm}").expect("sound").only_place(), Some("arm"));
        assert_eq!(template.only_place(), None);
        let unknown = |text: &str| Template::parse(text).expect("sound").fill(&binding).expect_err("unknown");
        assert_eq!(unknown("{seed}"), "nothing is known of `{seed}` here");
        assert_eq!(unknown("{arm.color}"), "`swap` of the dimension `arm` has no `color`");
    }

    #[test]
    fn places_that_are_known_later_stay_places() {
        let template = Template::parse("{arm} is {value} better, {arm.words}").expect("sound");
        let member = Member::from("swap").with("words", "at last");
        let (first, second) = (BTreeMap::new(), BTreeMap::from([("value".to_owned(), "5 points".to_owned())]));
        let half = template.fill_but(&Binding::new(&first).with("arm", &member), &["value"]).expect("all known");
        assert_eq!(half.fill(&Binding::new(&second)).expect("all known"), "swap is 5 points better, at last");
        assert_eq!(half.pieces.len(), 3);
    }

    #[test]
    fn a_text_may_be_what_a_template_gives_for_some_members() {
        let may_be = |template: &str, text: &str| Template::parse(template).expect("sound").may_be(text);
        assert!(may_be("{arm}.b{b}.accuracy", "pnas.b5.accuracy") && may_be("best.{arm}", "best.") && may_be("x", "x"));
        assert!(may_be("{arm}.best", "a.best.best") && may_be("{arm}{b}", "pnas"));
        for (template, text) in [("{arm}.best", "a.bets"), ("best.{arm}", "bets.a"), ("x", "xy"), ("{a}.b{b}.c", "a.c")]
        {
            assert!(!may_be(template, text), "{template} {text}");
        }
    }

    #[test]
    fn braces_come_in_pairs_around_a_name() {
        for text in ["{arm", "arm}", "{}", "{a b}", "{a.}", "a}{b"] {
            assert!(Template::parse(text).is_err(), "{text}");
        }
    }
}
