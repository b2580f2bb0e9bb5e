//! What is measured, one file each.

mod assign;
mod download;
mod evaluate;
mod history;
mod import;
mod ingest;
mod insights;
mod pages;
mod push;
mod rules;
mod shops;
mod sizes;
mod value;
mod verify;

pub(crate) use {
    assign::assign,
    download::download,
    evaluate::evaluate,
    history::history,
    import::import,
    ingest::ingest,
    insights::insights,
    pages::{ask, pages},
    push::push,
    rules::rules,
    shops::shops,
    sizes::sizes,
    value::{value, value_of_cdnow},
    verify::verify,
};
