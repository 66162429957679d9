import { open, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Writes a file so that readers see the old content or the new one, never a part, whatever happens in between. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  // A fixed name: what a killed process left behind is overwritten by the next attempt.
  const temporary = join(dirname(path), `.${basename(path)}.tmp`);
  const file = await open(temporary, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}
