//! Vectors in a byte a number: a fourth of the memory, and exact enough to pick whom to score again in full precision.

/// Rows of int8 codes with a scale each. A row without a vector has scale 0.
#[derive(Debug, Default)]
pub(super) struct Codes {
    dimensions: usize,
    codes: Vec<i8>,
    scales: Vec<f32>,
}

impl Codes {
    pub(super) fn new(dimensions: usize, rows: usize) -> Self {
        Self { dimensions, codes: Vec::with_capacity(dimensions * rows), scales: Vec::with_capacity(rows) }
    }

    /// Adds a row. A vector of another width than the first counts as none.
    pub(super) fn push(&mut self, vector: Option<&[f32]>) {
        match vector.filter(|vector| vector.len() == self.dimensions) {
            Some(vector) => {
                let (codes, scale) = quantise(vector);
                self.codes.extend(codes);
                self.scales.push(scale);
            }
            None => {
                self.codes.resize(self.codes.len() + self.dimensions, 0);
                self.scales.push(0.0);
            }
        }
    }

    pub(super) fn has(&self, row: usize) -> bool {
        self.scales.get(row).is_some_and(|scale| *scale > 0.0)
    }

    /// Hands over the row number and the approximate dot product of each row that has a vector.
    pub(super) fn scan(&self, query: &[f32], mut found: impl FnMut(usize, f32)) {
        if self.dimensions == 0 || query.len() != self.dimensions {
            return;
        }
        let (query, scale) = quantise(query);
        for (row, (codes, row_scale)) in self.codes.chunks_exact(self.dimensions).zip(&self.scales).enumerate() {
            if *row_scale > 0.0 {
                #[expect(clippy::cast_precision_loss, reason = "a sum of int8 products is small")]
                found(row, dot_codes(codes, &query) as f32 * row_scale * scale);
            }
        }
    }
}

/// Symmetric quantisation: the largest number becomes ±127.
#[expect(clippy::cast_possible_truncation, reason = "the numbers are scaled to fit")]
fn quantise(vector: &[f32]) -> (Vec<i8>, f32) {
    let largest = vector.iter().fold(0.0_f32, |largest, number| largest.max(number.abs()));
    if largest == 0.0 || !largest.is_finite() {
        return (vec![0; vector.len()], 0.0);
    }
    let scale = largest / 127.0;
    (vector.iter().map(|number| (number / scale).round() as i8).collect(), scale)
}

fn dot_codes(one: &[i8], other: &[i8]) -> i32 {
    one.iter().zip(other).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum()
}

/// Dot product in full precision; of unit vectors it is their cosine.
pub(super) fn dot(one: &[f32], other: &[f32]) -> f32 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// A vector as bytes, little endian, as it lies in the document store.
pub(super) fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|number| number.to_le_bytes()).collect()
}

pub(super) fn from_bytes(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn codes_are_near_the_truth(one in prop::collection::vec(-1.0_f32..1.0, 8), other in prop::collection::vec(-1.0_f32..1.0, 8)) {
            let mut codes = Codes::new(8, 1);
            codes.push(Some(&one));
            let mut near = 0.0;
            codes.scan(&other, |_, score| near = score);
            prop_assert!((near - dot(&one, &other)).abs() < 0.08);
            prop_assert_eq!(from_bytes(&to_bytes(&one)), one);
        }
    }

    #[test]
    fn rows_without_a_vector_are_never_found() {
        let mut codes = Codes::new(2, 3);
        codes.push(None);
        codes.push(Some(&[1.0, 0.0]));
        codes.push(Some(&[1.0]));
        let mut rows = Vec::new();
        codes.scan(&[1.0, 0.0], |row, _| rows.push(row));
        assert_eq!(rows, [1]);
        assert!(!codes.has(0) && codes.has(1) && !codes.has(2) && !codes.has(9));
    }
}
