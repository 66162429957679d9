// A licence is recognised by phrases, all of which its text has. Texts quote each other (the MPL names three GNU
// licences) and one file may hold those of bundled code too, so the licence whose first phrase comes first is the file's;
// among those that begin alike (BSD, MIT, ISC) the first in this list.
const marks: readonly (readonly [licence: string, ...phrases: string[]])[] = [
  ["AGPL-3.0", "gnu affero general public license", "version 3"],
  ["LGPL-3.0", "gnu lesser general public license", "version 3"],
  ["LGPL-2.1", "gnu lesser general public license", "version 2.1"],
  ["GPL-3.0", "gnu general public license", "version 3"],
  ["GPL-2.0", "gnu general public license", "version 2"],
  ["MPL-2.0", "mozilla public license", "2.0"],
  ["EPL-2.0", "eclipse public license", "v 2.0"],
  ["Apache-2.0", "apache license", "version 2.0"],
  ["BlueOak-1.0.0", "blue oak model license", "1.0.0"],
  ["BSD-3-Clause", "redistribution and use in source and binary forms", "neither the name"],
  ["BSD-2-Clause", "redistribution and use in source and binary forms"],
  ["MIT", "permission is hereby granted, free of charge", "the above copyright notice and this permission notice"],
  ["MIT-0", "permission is hereby granted, free of charge"],
  ["ISC", "permission to use, copy, modify, and/or distribute this software", "provided that the above copyright notice"],
  ["ISC", "permission to use, copy, modify, and distribute this software", "provided that the above copyright notice"],
  ["0BSD", "permission to use, copy, modify, and/or distribute this software"],
  ["Unlicense", "this is free and unencumbered software released into the public domain"],
  ["CC0-1.0", "cc0 1.0 universal"],
  ["CC-BY-4.0", "creative commons attribution 4.0"],
  ["Python-2.0", "python software foundation license version 2"],
  ["Zlib", "this software is provided 'as-is'", "altered source versions must be plainly marked"],
  ["WTFPL", "do what the fuck you want to"],
];

/** The SPDX name of a licence text, or undefined if it is none of the well-known ones. */
export function recogniseLicence(text: string): string | undefined {
  // Copied licences differ in line breaks, indentation and quotes.
  const normal = text.toLowerCase().replace(/[\u2018\u2019`]/gu, "'").replace(/\s+/gu, " ");
  const matching = marks.filter(([, ...phrases]) => phrases.every((phrase) => normal.includes(phrase)));
  const places = matching.map(([licence, first = ""]) => ({ licence, at: normal.indexOf(first) }));
  return places.toSorted((a, b) => a.at - b.at)[0]?.licence;
}
