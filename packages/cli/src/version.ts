/** What --version says. A test keeps it equal to the version in package.json. */
export const version = "0.0.0";
