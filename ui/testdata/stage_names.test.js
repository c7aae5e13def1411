// Short names of goroutines on the stage and in the pins of the source.
import { shortNames } from '/static/stage/names.js';

/** @param {Record<string, string>} want short name by name, in spawn order */
function check(want) {
  const names = Object.keys(want);
  const got = shortNames(names.map((name, g) => ({ g, name })));
  names.forEach((name, g) => {
    if (got.get(g) !== want[name]) throw new Error(`${name}: got ${got.get(g)}, want ${want[name]}`);
  });
}

export function testNamesOfTheDrawing() {
  check({ main: 'main', 'produce "A"': 'A', 'produce "B"': 'B', 'consume #1': '#1', 'consume #2': '#2' });
}

export function testProcesses() {
  check({ main: 'main', 'work #1': '#1', 'main (process 2)': 'p2', 'work #1 (process 2)': '#1/2', 'main (process 13)': 'p13' });
}

export function testEqualNumbersOfTwoRolesGetAnInitial() {
  check({ main: 'main', 'produce #1': 'p1', 'consume #1': 'c1', 'consume #3': '#3' });
}

export function testAllOfARoleGetTheSameForm() {
  const goroutines = ['produce #1', 'consume #1', 'consume #2'].map((name, g) => ({ g, name, role: name.split(' ')[0] ?? '' }));
  const got = [...shortNames(goroutines).values()].join();
  if (got !== 'p1,c1,c2') throw new Error(got);
}

export function testLiteralsAndMethods() {
  check({ 'main.func@58': '@58', 's.run': 'run', 'worker 3': '3', 'cache.(*Store).evict': 'evict' });
}

export function testDifferentNamesNeverShareAShortName() {
  const names = ['a "x"', 'b "x"', 'ab "x"', 'a 1', 'a #1', 'main.func@10', 'main.func@10 #2', 'other.func@10', '', '"', '<b>#1'];
  const got = shortNames(names.map((name, g) => ({ g, name })));
  const used = new Set(got.values());
  if (used.size !== names.length) throw new Error(JSON.stringify([...got.values()]));
}
