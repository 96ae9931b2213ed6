#[test]
fn t() {}
mod embed;
