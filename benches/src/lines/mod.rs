//! What is measured, one file each.

mod assign;
mod download;
mod history;
mod import;
mod pages;
mod shops;
mod sizes;
mod verify;

pub(crate) use {
    assign::assign,
    download::download,
    history::history,
    import::import,
    pages::{ask, pages},
    shops::shops,
    sizes::sizes,
    verify::verify,
};
