//! stands until the helper writes it
