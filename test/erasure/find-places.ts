import { tracesIn } from './person-to-erase.ts';
import { readEverything } from './read-everything.ts';

/** Lists the rows and values that hold anything of the person, with what they hold. */
export async function findPlaces(
  servers: Parameters<typeof readEverything>[0],
): Promise<readonly string[]> {
  return [...(await readEverything(servers))].flatMap(([place, text]) => {
    const traces = tracesIn(text);
    return traces.length === 0 ? [] : [`${place}: ${traces.join()}`];
  });
}
