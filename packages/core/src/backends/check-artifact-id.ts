import { RepriseError } from "../errors/reprise-error.ts";
import { showValue } from "../errors/show-value.ts";

const sha256InHex = /^[0-9a-f]{64}$/;

/**
 * Returns the id; throws `INVALID_ID` unless it is 64 lower-case hexadecimal digits, so that no id can mean a path.
 *
 * @example
 * ```ts
 * import { checkArtifactId } from "@reprise/core/spi";
 *
 * console.log(checkArtifactId("0".repeat(64)).length); // 64
 * ```
 */
export function checkArtifactId(id: unknown): string {
  if (typeof id === "string" && sha256InHex.test(id)) return id;
  throw new RepriseError("INVALID_ID", `artifact id ${showValue(id)} must be a sha256 in 64 lower-case hexadecimal digits`);
}
