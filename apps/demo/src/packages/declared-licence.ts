import type { Manifest } from "./read-manifest.ts";

/** The licence a manifest declares, as an SPDX expression where its author wrote one; undefined if it declares none. */
export function declaredLicence(manifest: Pick<Manifest, "license" | "licenses">): string | undefined {
  const all = manifest.license === undefined ? (manifest.licenses ?? []) : [manifest.license];
  // `licenses: [{ type }]` was npm's way before SPDX expressions and meant a choice.
  const names = all.map((licence) => (typeof licence === "string" ? licence : licence.type).trim()).filter((name) => name !== "");
  return names.length === 0 ? undefined : names.join(" OR ");
}
