// Builds the site: `pnpm site`. Exits with 1 if anything on it does not fit.
import { buildSite } from "./build-site.ts";
import { system } from "./system.ts";

const { problems, pages } = await buildSite(system.root, system.out);
for (const problem of problems) system.write(`${problem}\n`);
system.write(problems.length === 0 ? `${pages} pages in ${system.out}\n` : `${problems.length} problems\n`);
if (problems.length > 0) system.fail();
