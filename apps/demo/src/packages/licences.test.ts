import { describe, expect, test } from "vitest";
import { declaredLicence } from "./declared-licence.ts";
import { licenceRisk } from "./licence-risk.ts";
import { recogniseLicence } from "./recognise-licence.ts";

describe("the declared licence", () => {
  test.each([
    [{ license: "MIT" }, "MIT"],
    [{ license: { type: "ISC" } }, "ISC"],
    [{ licenses: [{ type: "MIT" }, { type: "GPL-2.0" }] }, "MIT OR GPL-2.0"],
    [{ license: " " }, undefined],
    [{}, undefined],
  ])("of %j is %s", (manifest, expected) => expect(declaredLicence(manifest)).toBe(expected));
});

describe("a licence text", () => {
  test.each([
    ["Permission is hereby granted, free of charge, … the above copyright\nnotice and this permission notice shall", "MIT"],
    ["GNU AFFERO GENERAL PUBLIC LICENSE Version 3", "AGPL-3.0"],
    ["GNU LESSER GENERAL PUBLIC LICENSE\n   Version 2.1, February 1999", "LGPL-2.1"],
    ["GNU GENERAL PUBLIC LICENSE Version 2, June 1991", "GPL-2.0"],
    ["Redistribution and use in source and binary forms … Neither the name of", "BSD-3-Clause"],
    ["Redistribution and use in source and binary forms", "BSD-2-Clause"],
    ["Permission to use, copy, modify, and/or distribute this software … provided that the above copyright notice", "ISC"],
    ["Permission to use, copy, modify, and/or distribute this software for any purpose", "0BSD"],
    ["This software is provided \u2018as-is\u2019 … Altered source versions must be plainly marked", "Zlib"],
    ["Mozilla Public License Version 2.0 … means either the GNU General Public License, Version 2.0, the GNU Affero General Public License, Version 3.0", "MPL-2.0"],
    ["GNU LESSER GENERAL PUBLIC LICENSE Version 3 … supplements the GNU General Public License", "LGPL-3.0"],
    ["Permission is hereby granted, free of charge … the above copyright notice and this permission notice … Bundled: GNU GENERAL PUBLIC LICENSE Version 3", "MIT"],
    ["All rights reserved.", undefined],
  ])("that says %j is %s", (text, expected) => expect(recogniseLicence(text)).toBe(expected));
});

describe("the risk of a licence", () => {
  test.each([
    ["MIT", "MIT", "none"],
    ["MIT", "ISC", "none"],
    ["(MIT OR GPL-3.0)", "GPL-3.0", "none"],
    ["MIT AND GPL-3.0", undefined, "strong copyleft"],
    ["GPL-2.0-only WITH Classpath-exception-2.0", undefined, "strong copyleft"],
    ["LGPL-3.0", "GPL-3.0", "copyleft"],
    ["MIT", "GPL-3.0", "contradictory"],
    ["SEE LICENSE IN LICENSE.md", "MIT", "none"],
    ["Custom", "GPL-3.0", "strong copyleft"],
    ["Custom", undefined, "unknown"],
    ["UNLICENSED", "MIT", "unknown"],
    [undefined, undefined, "missing"],
    [undefined, "MIT", "none"],
    [undefined, "AGPL-3.0", "strong copyleft"],
  ] as const)("declared %s, text %s: %s", (declared, recognised, expected) => expect(licenceRisk(declared, recognised)).toBe(expected));
});
