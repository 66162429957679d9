/** Recorded with every session. A test keeps it equal to the version in package.json. */
export const libraryVersion = "0.0.0";
