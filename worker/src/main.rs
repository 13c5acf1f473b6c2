//! placeholder until the worker lands
fn main() {}
