//! The ids of studies, each with the type of its study's result.

use std::fmt;
use std::marker::PhantomData;

use serde::{Deserialize, Serialize};

/// The id of a study whose result is a `T`; as JSON the id alone.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Handle<T> {
    id: String,
    #[serde(skip)]
    result: PhantomData<fn() -> T>,
}

impl<T> Handle<T> {
    /// The study of that id. The caller says what its result is; reading another one is an error.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), result: PhantomData }
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self::new(self.id.clone())
    }
}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl<T> fmt::Display for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl<T> From<&Handle<T>> for String {
    fn from(handle: &Handle<T>) -> Self {
        handle.id.clone()
    }
}
