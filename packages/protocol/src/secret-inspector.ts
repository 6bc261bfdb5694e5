/**
 * What a Node is started with whose inspector a host may open with `SIGUSR1`: on any free port of this machine alone, at an
 * address that is told on stderr and on no page, so that nobody else gets in.
 */
export const SECRET_INSPECTOR: readonly string[] = ["--inspect-port=127.0.0.1:0", "--inspect-publish-uid=stderr"];
