/** How the folder of a worker's compiled code is called, before the number of its user: by this its SDK knows the host's. */
export const COMPILE_CACHE = "outrigger-compile-cache";
