//! Placeholder, being written.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut t = comfy_table::Table::new(); t.load_preset(comfy_table::presets::NOTHING); t.set_header(head.to_vec());
    for r in rows { t.add_row(r); } t.to_string()
}
