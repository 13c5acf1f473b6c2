//! What is said of a name that is not known.

use renas_base::nearest::nearest;

/// `name` among what is known, or a mistake that names the nearest.
pub(crate) fn unknown<'k>(kind: &str, name: &str, known: impl Iterator<Item = &'k str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("no {kind} `{name}`; did you mean `{near}`?"),
        None => match known.map(|one| format!("`{one}`")).collect::<Vec<_>>().as_slice() {
            [] => format!("no {kind} `{name}`: there is none"),
            known if known.len() <= 12 => format!("no {kind} `{name}`; known: {}", known.join(", ")),
            _ => format!("no {kind} `{name}`, and none that is near"),
        },
    }
}
