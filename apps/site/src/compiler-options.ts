import { dirname, join } from "node:path";
import ts from "typescript";

/** How the sources of the packages are read: as the workspace compiles them, from source to source. */
export function compilerOptions(root: string): ts.CompilerOptions {
  const path = join(root, "tsconfig.base.json");
  const { config, error } = ts.readConfigFile(path, ts.sys.readFile) as { readonly config?: object; readonly error?: ts.Diagnostic };
  if (error !== undefined) throw new Error(ts.flattenDiagnosticMessageText(error.messageText, "\n"));
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(path));
  return {
    ...options,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts", "lib.esnext.disposable.d.ts"],
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    composite: false,
    declarationMap: false,
    noEmit: true,
  };
}
