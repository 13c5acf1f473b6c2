//! Parameters of a paper, each listed once: its name, type, range and what it means.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::decode::Section;
use renas_data::registry::Registry;

/// A section of a manifest, read and checked. As JSON it enters keys: no `null` in it.
pub trait Parameters: Serialize + DeserializeOwned {
    /// Read the section, which may name these data sets. Mistakes are reported to the section, all of them; whatever is answered
    /// then is not used.
    fn read(section: &mut Section<'_>, data: &Registry) -> Self;
}

/// Structs of parameters with their `Parameters`: each field says by which method of `Section` it is read, and with what; a field
/// that says nothing is such a struct itself, `sections()` a list of such. `as "key"` names the key where it is not the field's name; `(data)` gives the known
/// data sets a name; `checked by f` has `f(&parameters, &section, data)` look at rules between fields, once each is sound by itself.
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
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(($named:ident))? $(checked by $check:path)? {
            $(
                $(#[$about:meta])*
                $field_vis:vis $field:ident: $type:ty $(as $key:literal)? $(= $method:ident($($argument:expr),* $(,)?))?,
            )*
        }
    )+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, ::serde::Serialize, ::serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        $vis struct $name {
            $($(#[$about])* $(#[serde(rename = $key)])? $field_vis $field: $type,)*
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
        }
    )+};
}
