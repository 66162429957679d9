import type { Application, ProjectReflection } from "typedoc";
import type { Entry } from "./entries.ts";

/** What `keyof typeof …` and the like stand on: the union that is made of it says all there is to know. */
const inner: Readonly<Record<string, readonly string[]>> = {
  "@reprise/core": ["errorCodes", "numbers", "retriedTypes", "Fact"],
  "@reprise/flow": ["IsSingle", "IsUnion", "Text"],
  "@reprise/printer": ["Colors"],
  "@reprise/retry": ["calls", "unitMs"],
};

/**
 * Checks that every type which the reference of a package names is exported by one of its entries; what is not is told to the logger. TypeDoc asks
 * this of one package, the one that the project is called after, so it is asked for each.
 */
export function checkExports(application: Application, project: ProjectReflection, entries: readonly Entry[]): void {
  const { packageName } = project;
  const validation = application.options.getValue("validation");
  application.options.setValue("validation", { notExported: true, invalidLink: false, invalidPath: false, rewrittenLink: false, notDocumented: false, unusedMergeModuleWith: false });
  for (const { name } of entries.filter(({ readme }) => readme !== undefined)) {
    project.packageName = name;
    application.options.setValue("intentionallyNotExported", inner[name] ?? []);
    application.validate(project);
  }
  application.options.setValue("validation", validation);
  if (packageName === undefined) delete project.packageName;
  else project.packageName = packageName;
}
