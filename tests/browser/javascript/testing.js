// Collects the tests of a file; `run` runs one by its name. An assertion that fails throws.
const tests = new Map();

export function test(name, body) {
  tests.set(name, body);
}

export async function run(name) {
  await tests.get(name)();
}

export function equal(found, wanted) {
  const [one, other] = [found, wanted].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`found ${one}, wanted ${other}`);
}

export function ok(condition, message) {
  if (!condition) throw new Error(message);
}

/** Resolves when `condition` gives something; a test that waits for nothing is ended by its caller. */
export async function until(condition) {
  for (;;) {
    const found = condition();
    if (found) return found;
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}
