//! Parameters of a paper, each listed once: its name, type, range and what it means.

use std::ops::RangeInclusive;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::decode::Section;
use renas_data::registry::Registry;

/// A section of a manifest, read and checked. As JSON it enters keys: no `null` in it.
pub trait Parameters: Serialize + DeserializeOwned {
    /// Read the section, which may name these data sets. Mistakes are reported to the section, all of them; whatever is answered
    /// then is not used.
    fn read(section: &mut Section<'_>, data: &Registry) -> Self;

    /// The JSON Schema of the section: each key with what it means. No key is required, since it may stand in the section that
    /// all profiles share.
    fn schema() -> Value;
}

/// A list of such sections, as `sections()` reads it.
pub trait Sections {
    /// The JSON Schema of the list.
    fn schema() -> Value;
}

impl<T: Parameters> Sections for Vec<T> {
    fn schema() -> Value {
        json!({"type": "array", "minItems": 1, "items": T::schema()})
    }
}

/// The JSON Schema of a section: what it is about, and of each key its name, what it means and what it holds; words in lines. For
/// `parameters!`.
pub fn section_schema<const N: usize>(about: &[&str], keys: [(&str, &[&str], Value); N]) -> Value {
    let sentence = |lines: &[&str]| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let mut properties = Map::new();
    for (key, about, mut holds) in keys {
        // What the key means stands in the place of what all such sections are about.
        if let (Some(fields), false) = (holds.as_object_mut(), about.is_empty()) {
            fields.insert("description".to_owned(), sentence(about).into());
        }
        properties.insert(key.to_owned(), holds);
    }
    json!({"type": "object", "description": sentence(about), "properties": properties, "additionalProperties": false})
}

/// The JSON Schema of a whole number in a range. For `parameters!`.
pub fn integer_schema<T: Serialize>(range: RangeInclusive<T>) -> Value {
    json!({"type": "integer", "minimum": range.start(), "maximum": range.end()})
}

/// The JSON Schema of a number in a range of two finite ends. For `parameters!`.
pub fn number_schema(range: RangeInclusive<f64>) -> Value {
    json!({"type": "number", "minimum": range.start(), "maximum": range.end()})
}

/// The JSON Schema of one of some words. For `parameters!`.
pub fn choice_schema<T>(choices: &[(&str, T)]) -> Value {
    json!({"enum": choices.iter().map(|(word, _)| *word).collect::<Vec<_>>()})
}

/// The JSON Schema of what a method of `Section` reads that says no more than its name; anything where it may read all kinds of
/// values. For `parameters!`.
pub fn schema_of_method(method: &str) -> Value {
    match method {
        "text" | "known" => json!({"type": "string"}),
        "flag" => json!({"type": "boolean"}),
        "list" | "ascending" | "distinct" => json!({"type": "array", "minItems": 1}),
        "range" => json!({"type": "array", "minItems": 2, "maxItems": 2}),
        _ => json!({}),
    }
}

/// Structs of parameters with their `Parameters`: each field says what it means, by which method of `Section` it is read, and with
/// what; a field that names no method is such a struct itself, `sections()` a list of such. `as "key"` names the key where it is not
/// the field's name; `(data)` gives the known data sets a name; `checked by f` has `f(&parameters, &section, data)` look at rules between fields, once each is sound by itself.
///
/// ```
/// use renas_data::registry::Registry;
/// use renas_harness::manifest::decode::{Problems, Section, read};
/// use renas_harness::manifest::parameters::Parameters as _;
/// use renas_harness::parameters;
///
/// parameters! {
///     /// Everything that a profile sets.
///     pub struct Settings(data) checked by enough {
///         /// Networks that are trained.
///         pub networks: usize = integer(10..=10_000),
///         /// The images.
///         pub images: Vec<String> = list(|item| item.known("data set", &data.image_sets())),
///         /// How they are trained.
///         pub training: Training,
///     }
///
///     /// One training.
///     pub struct Training {
///         /// Passes over the training samples.
///         pub epochs: usize as "passes" = integer(1..=100),
///     }
/// }
///
/// fn enough(settings: &Settings, section: &Section<'_>, _: &Registry) {
///     if settings.networks < 20 * settings.images.len() {
///         section.problem("networks", "at least 20 per data set");
///     }
/// }
///
/// let problems = Problems::default();
/// let text = "networks: 10\nimages: [digits]\ntraining: {passes: 3}\n";
/// let tree = renas_harness::manifest::yaml::parse(text).expect("valid YAML");
/// let settings = read(&tree, &problems, |section| Settings::read(section, &Registry::default()));
/// assert_eq!(problems.into_sorted()[0].to_string(), "1: networks: at least 20 per data set");
/// assert_eq!(settings.training.epochs, 3);
///
/// let schema = Settings::schema();
/// assert_eq!(schema["properties"]["networks"]["maximum"], 10_000);
/// assert_eq!(schema["properties"]["training"]["description"], "How they are trained.");
/// assert_eq!(schema["properties"]["training"]["properties"]["passes"]["type"], "integer");
/// ```
#[macro_export]
macro_rules! parameters {
    (@key $field:ident) => { stringify!($field) };
    (@key $field:ident $key:literal) => { $key };
    (@value $section:ident $data:ident [$key:expr] []) => {
        $section.section($key, |section| $crate::manifest::parameters::Parameters::read(section, $data))
    };
    (@value $section:ident $data:ident [$key:expr] [sections()]) => {
        $section.list($key, |item| {
            item.section(|section| $crate::manifest::parameters::Parameters::read(section, $data))
        })
    };
    (@value $section:ident $data:ident [$key:expr] [$method:ident($($argument:expr),*)]) => {
        $section.$method($key, $($argument),*)
    };
    (@holds [$type:ty] []) => { <$type as $crate::manifest::parameters::Parameters>::schema() };
    (@holds [$type:ty] [sections()]) => { <$type as $crate::manifest::parameters::Sections>::schema() };
    (@holds [$type:ty] [integer($range:expr)]) => { $crate::manifest::parameters::integer_schema::<$type>($range) };
    (@holds [$type:ty] [number($range:expr)]) => { $crate::manifest::parameters::number_schema($range) };
    (@holds [$type:ty] [choice($choices:expr)]) => { $crate::manifest::parameters::choice_schema($choices) };
    (@holds [$type:ty] [$method:ident($($argument:expr),*)]) => {
        $crate::manifest::parameters::schema_of_method(stringify!($method))
    };
    ($(
        $(#[doc = $about_all:literal])*
        $(#[derive($($derived:ident),*)])*
        $vis:vis struct $name:ident $(($named:ident))? $(checked by $check:path)? {
            $(
                $(#[doc = $about:literal])*
                $(#[serde($($serde:tt)*)])*
                $field_vis:vis $field:ident: $type:ty $(as $key:literal)? $(= $method:ident($($argument:expr),* $(,)?))?,
            )*
        }
    )+) => {$(
        $(#[doc = $about_all])*
        $(#[derive($($derived),*)])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        $vis struct $name {
            $($(#[doc = $about])* $(#[serde($($serde)*)])* $(#[serde(rename = $key)])? $field_vis $field: $type,)*
        }

        impl $crate::manifest::parameters::Parameters for $name {
            fn read(section: &mut $crate::manifest::decode::Section<'_>, data: &$crate::manifest::Registry) -> Self {
                let _mistakes = section.mistakes();
                $(let $named = data;)?
                let read = Self {
                    $($field: $crate::parameters!(
                        @value section data
                        [$crate::parameters!(@key $field $($key)?)]
                        [$($method($($argument),*))?]
                    ),)*
                };
                $(
                    // Where values are stand-ins, rules between them say nothing.
                    if section.is_sound_since(_mistakes) {
                        $check(&read, section, data);
                    }
                )?
                read
            }

            fn schema() -> $crate::manifest::Json {
                $crate::manifest::parameters::section_schema(&[$($about_all),*], [$((
                    $crate::parameters!(@key $field $($key)?),
                    &[$($about),*] as &[&str],
                    $crate::parameters!(@holds [$type] [$($method($($argument),*))?]),
                ),)*])
            }
        }
    )+};
}
