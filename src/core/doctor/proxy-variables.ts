const ALWAYS = ['ALL_PROXY', 'all_proxy'];
const BY_PROTOCOL: Readonly<Record<string, readonly string[]>> = {
  'https:': ['HTTPS_PROXY', 'https_proxy', ...ALWAYS],
  // The upper-case form can be set by a request to a CGI program, so others do not read it either.
  'http:': ['http_proxy', ...ALWAYS],
};

/** Names of the variables that say "through a proxy" for this place; empty where NO_PROXY excepts it. */
export function proxyVariables(
  env: Readonly<Record<string, string | undefined>>,
  protocol: string,
  host: string,
): readonly string[] {
  const excepted = (env['NO_PROXY'] ?? env['no_proxy'] ?? '').split(/[\s,]+/).filter(Boolean);
  if (excepted.some((rule) => isExcepted(rule, host))) return [];
  return (BY_PROTOCOL[protocol] ?? []).filter((name) => (env[name] ?? '') !== '');
}

function isExcepted(rule: string, host: string): boolean {
  if (rule === '*') return true;
  const [name = ''] = rule
    .toLowerCase()
    .replace(/^\*?\./, '')
    .split(':');
  const bare = host.toLowerCase().replace(/:\d+$/, '');
  return bare === name || bare.endsWith(`.${name}`);
}
