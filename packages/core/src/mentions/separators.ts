/** The most separators between two digits of a number. */
export const maxSeparators = 3;

/** Spaces, brackets, points, slashes and dashes; and what is invisible. For the flag `u`. */
export const separatorClass = String.raw`[\s().\/\-\u2010-\u2015\u2212\p{Cf}]`;
