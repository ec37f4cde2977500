// Runs a component in Node and prints what its calls answer, as one JSON array.
//
//   node run.mjs COMPONENT CALLS BASE_URL NOW
//
// The answers are spelled as the host's own types are: fields in snake_case,
// cases in CamelCase, nothing as null.

import { readFile } from 'node:fs/promises';
import { transpile, writeFiles } from '@bytecodealliance/jco-transpile';
import { WASIShim } from '@bytecodealliance/preview2-shim/instantiation';
import { types } from '@bytecodealliance/preview2-shim/http';

const [component, calls, baseUrl, now] = process.argv.slice(2);

// Fields whose texts are cases of an enum. jco gives those as plain texts.
const ENUMS = new Set([
  'delivery', 'effect', 'entitlements', 'grants', 'managed_by', 'party', 'purpose',
  'reason', 'status', 'subject', 'traits',
]);
// Of these only where they are inside the field named behind them.
const ENUMS_WITHIN = { kind: ['account', 'changes'] };

const camel = (text) => text.replace(/(^|-)([a-z0-9])/g, (_, __, first) => first.toUpperCase());
const snake = (text) => text.replace(/[A-Z]/g, (upper) => `_${upper.toLowerCase()}`);

function canonical(value, field, within) {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') {
    const isCase = ENUMS.has(field) || ENUMS_WITHIN[field]?.includes(within);
    return isCase ? camel(value) : value;
  }
  if (Array.isArray(value)) return value.map((item) => canonical(item, field, within));
  if (typeof value !== 'object') return value;
  if ('tag' in value) {
    const name = camel(value.tag);
    return 'val' in value && value.val !== undefined
      ? { [name]: canonical(value.val, undefined, field) }
      : name;
  }
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = snake(key);
    return [name, canonical(inner, name, field)];
  });
  return Object.fromEntries(entries);
}

// A host adds the credential, not the component: here any key is good.
function withCredential(handler) {
  const handle = (request, options) => {
    const headers = request.headers().clone();
    headers.append('authorization', new TextEncoder().encode('Bearer any-key'));
    const outgoing = new types.OutgoingRequest(headers);
    outgoing.setMethod(request.method());
    outgoing.setScheme(request.scheme());
    outgoing.setAuthority(request.authority());
    outgoing.setPathWithQuery(request.pathWithQuery());
    return handler.handle(outgoing, options);
  };
  return { ...handler, handle };
}

async function load() {
  const folder = new URL('./transpiled/', import.meta.url);
  const { files } = await transpile(component, {
    name: 'component',
    outDir: folder.pathname,
    instantiation: 'async',
  });
  await writeFiles(files);
  const { instantiate } = await import(new URL('./component.js', folder).href);
  const imports = new WASIShim().getImportObject();
  const name = 'wasi:http/outgoing-handler';
  imports[name] = withCredential(imports[name]);
  const core = async (path) => WebAssembly.compile(await readFile(new URL(path, folder)));
  const instance = await instantiate(core, imports);
  return instance.connector ?? instance['governance:connector/connector@0.1.0'];
}

function run(connector, asked) {
  const settings = [{ key: 'base_url', value: baseUrl }];
  const context = { settings, now: BigInt(now), mode: 'read', credentials: [] };
  const list = (token) => connector.listResources(context, asked.type, undefined, undefined, token);
  switch (asked.call) {
    case 'describe':
      return connector.describe(settings);
    case 'check':
      return connector.check(context, asked.surface);
    case 'list-resources': {
      let page = list(asked.token);
      for (let followed = 0; followed < (asked.follow ?? 0); followed += 1) {
        page = list(page.next[0].token);
      }
      return page;
    }
    case 'get-resource': {
      const found = asked.first
        ? list().resources.find((it) => it.id.resourceType === asked.type)
        : { id: { resourceType: asked.type, id: asked.id } };
      return connector.getResource(context, { id: found.id, parent: found.parent, hint: found.hint });
    }
    default:
      throw new Error(`no such call: ${asked.call}`);
  }
}

function answer(connector, asked) {
  try {
    return { Ok: canonical(run(connector, asked)) };
  } catch (error) {
    // An error of the contract, as it is or as a payload; any other ends the run.
    const told = error?.payload ?? error;
    if (told?.delivery === undefined) throw error;
    return { Err: canonical(told) };
  }
}

const connector = await load();
const table = JSON.parse(await readFile(calls, 'utf8'));
const answers = table.map((asked) => answer(connector, asked));
// The shim's worker would keep the process alive.
process.stdout.write(JSON.stringify(answers), () => process.exit(0));
