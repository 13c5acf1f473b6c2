//! One seam between what studies give and what is claimed: typed rows of observations, and quantities, tables and figures
//! that a manifest declares over them.
//!
//! A paper turns results into rows (`Rows`) and says beforehand which tables it has, which members its dimensions have and
//! how many units it plans (`Frame`). A manifest says by templates which rows make a quantity. Templates are expanded
//! against the frame before anything runs (`Plan::of`), so that a name that cannot exist is a mistake with its line, and
//! evaluated on the rows afterwards (`Plan::measure`).

pub mod rows; //    tables of observations: columns with type, unit and range, and the cells
mod member; //      a member of a dimension
pub mod frame; //   what a paper says of its tables, dimensions and units before anything runs
pub mod template; // text with places for the members of dimensions
pub mod verb; //    what is taken of some rows: `mean accuracy`, `spearman layers accuracy`
mod place; //      where something is declared
pub mod declare; // what a manifest declares, as it was read
pub mod printed; // numbers as somebody printed them
pub mod plan; //    declarations expanded against a frame, every mistake with its line
mod unknown; // what is said of a name that is not known
pub mod trace; // from a quantity back to its rows

#[cfg(test)]
mod tests;
