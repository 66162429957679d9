import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

const licenceField = z.union([z.string(), z.object({ type: z.string() })]);

// Manifests are written by everybody: a field of the wrong kind is dropped, not a reason to drop the package.
const manifestSchema = z.object({
  name: z.string().min(1),
  version: z.string().min(1),
  license: licenceField.optional().catch(undefined),
  licenses: z.array(licenceField).optional().catch(undefined),
  scripts: z.record(z.string(), z.unknown()).optional().catch(undefined),
  gypfile: z.boolean().optional().catch(undefined),
  deprecated: z.union([z.string(), z.boolean()]).optional().catch(undefined),
  private: z.boolean().optional().catch(undefined),
});

/** The fields of a `package.json` that the audit reads. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Reads and checks `package.json` of a folder; throws with a reason that fits on a line. */
export async function readManifest(folder: string): Promise<Manifest> {
  const text = await readFile(join(folder, "package.json"), "utf8").catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === "ENOENT" ? "has no package.json" : `package.json cannot be read: ${error.code ?? error.message}`, { cause: error });
  });
  let data: unknown;
  try {
    data = JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch (error) {
    throw new Error("package.json is not JSON", { cause: error });
  }
  const parsed = manifestSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new Error(`package.json has no valid ${String(parsed.error.issues[0]?.path[0] ?? "content")}`);
}
