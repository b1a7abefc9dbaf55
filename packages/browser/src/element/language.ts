/**
 * The best of the languages on offer, by the lookup of RFC 4647 §3.4: each range is tried as it is, then shortened from
 * its end, one subtag at a time; a single letter or digit goes together with what followed it.
 */
export function lookUp<Tag extends string>(
  ranges: readonly string[],
  offered: readonly Tag[],
  fallback: Tag,
): Tag {
  for (const range of ranges) {
    for (let rest = range.toLowerCase(); rest; rest = shortened(rest)) {
      const found = offered.find((tag) => tag === rest);
      if (found) return found;
    }
  }
  return fallback;
}

function shortened(range: string): string {
  return range.replace(/(-[a-z\d])?-[^-]*$|^[^-]*$/, '');
}

/** The language ranges for this place: what the nearest `lang` says, also outside a shadow tree, else what the browser prefers. */
export function languagesAt(element: Element): readonly string[] {
  let at: Element | undefined = element;
  while (at) {
    const lang: string | null | undefined = at.closest('[lang]')?.getAttribute('lang');
    if (lang) return [lang];
    const root: Node = at.getRootNode();
    at = lang === undefined && root instanceof ShadowRoot ? root.host : undefined;
  }
  return navigator.languages;
}
