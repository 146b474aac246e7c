// What the mean-field models share; temperatures and fields are in units of Tc.

/** Solutions of m = tanh((m + h) / T) as meanfield.branches has them: stable, metastable, unstable; NaN where none is. */
function branches({ outer_root, inner_root, spinodal_field_at }, T, h) {
  const [sign, strength] = [h < 0 ? -1 : 1, Math.abs(h)];
  const three = T < 1 && strength < spinodal_field_at(T, 1);
  const solved = (root, field) => Math.tanh(root(T, field, 1));
  return {
    stable: sign * solved(outer_root, strength),
    metastable: three ? -sign * solved(outer_root, -strength) : NaN,
    unstable: three ? -sign * solved(inner_root, -strength) : NaN,
  };
}

/** Values from low to high, dense at both ends. */
const between = (low, high, many) => Float64Array.from({ length: many },
  (_, k) => low + (high - low) * (1 - Math.cos((Math.PI * k) / (many - 1))) / 2);
