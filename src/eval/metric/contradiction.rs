//! Contradictions: a number that the answer states where another one was expected.

use crate::eval::case::Fact;
use crate::text::quantities::quantities;

/// Facts whose number is not stated while another number of the same kind is: the kind of error that costs money.
///
/// Source: the "unit and value mismatch" of FEVER-style numeric checks (Thorne et al. 2018, NAACL), on labelled facts.
#[must_use]
pub fn contradicted<'a>(facts: &'a [Fact], text: &str, stated: impl Fn(&Fact, &str) -> bool) -> Vec<&'a Fact> {
    let said = quantities(text);
    let competes = |fact: &&Fact| {
        let wanted = match fact {
            Fact::Text(words) => quantities(words),
            Fact::Quantity(measured) => quantities(&measured.quantity),
            Fact::Any(any) => any.any.first().map(|words| quantities(words)).unwrap_or_default(),
        };
        let [wanted] = &wanted[..] else { return false };
        said.iter().any(|there| there.unit == wanted.unit && there.competes_with(wanted))
    };
    facts.iter().filter(|fact| !stated(fact, text)).filter(competes).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_number_of_the_same_kind_contradicts() {
        let facts = [Fact::Text("30 days".to_owned()), Fact::Text("free".to_owned())];
        let never = |_: &Fact, _: &str| false;
        assert_eq!(contradicted(&facts, "You have 45 days.", never), [&facts[0]]);
        assert!(contradicted(&facts, "It costs 45 dollars.", never).is_empty());
        assert!(contradicted(&facts, "You have 45 days.", |_, _| true).is_empty());
    }
}
