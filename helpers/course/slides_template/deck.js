// Makes each slide fit its canvas, then starts reveal.js. A slide that is too tall is first set in smaller type; then it goes
// on to further slides, at the joints between cells, paragraphs and items; an output scrolls inside.
(() => {
  const WIDTH = 1280, HEIGHT = 720, LEAST_OUTPUT = 190;
  const theme = new URLSearchParams(location.search);
  const root = document.documentElement;
  if (theme.has('dark')) root.classList.add('dark');
  if (theme.has('light')) root.classList.add('light');

  function switchTheme() {
    const dark = root.classList.contains('dark') || (!root.classList.contains('light') && matchMedia('(prefers-color-scheme: dark)').matches);
    root.classList.toggle('dark', !dark);
    root.classList.toggle('light', dark);
  }

  // -- measuring ----------------------------------------------------------------------------------------------------------
  const parts = slide => [...slide.children].filter(part => !part.matches('aside'));
  const gap = 14;
  const room = slide => {
    const style = getComputedStyle(slide);
    return HEIGHT - parseFloat(style.paddingTop) - parseFloat(style.paddingBottom);
  };
  const height = part => part.getBoundingClientRect().height;
  // an output may scroll, but a picture is seen whole or not at all
  const scrolling = part => part.querySelector(':scope > .output:not(:has(img))');
  const least = part => {
    const output = scrolling(part);
    return output ? height(part) - Math.max(0, height(output) - LEAST_OUTPUT) : height(part);
  };
  const total = (some, measure) => some.reduce((sum, part) => sum + measure(part) + gap, -gap);

  // -- making fit ---------------------------------------------------------------------------------------------------------
  function fit(slide) {
    const fits = measure => total(parts(slide), measure) <= room(slide);
    if (fits(height)) return;
    slide.classList.add('compact');
    if (fits(height)) return;
    const [, ...more] = piled(parts(slide).flatMap(part => taken(part, room(slide))), room(slide));
    if (more.length) goOn(slide, more);
    for (const piece of [slide, ...added(slide, more.length)]) settle(piece);
  }

  // the larger type again where a piece has room for it, otherwise outputs that scroll
  function settle(slide) {
    slide.classList.remove('compact');
    if (total(parts(slide), height) <= room(slide)) return;
    slide.classList.add('compact');
    if (total(parts(slide), height) <= room(slide)) return;
    for (const part of parts(slide)) if (scrolling(part)) part.classList.add('scrolls');
  }

  // a part that is taller than a slide, taken apart
  function taken(part, most) {
    most -= 44;  // the line that says what goes on
    if (least(part) <= most) return [part];
    if (part.matches('.code')) {
      const output = part.querySelector(':scope > .output');
      if (!output) return sources(part, most);
      const rest = part.cloneNode(false);
      rest.append(output);
      part.after(rest);
      return [...sources(part, most), rest];
    }
    const inner = part.children.length === 1 && part.firstElementChild.matches('ul, ol, table') ? rows(part.firstElementChild) : [...part.children];
    if (inner.length < 2) return [part];
    const pieces = [];
    let last = part, at = 0, filled = 0;
    const heights = inner.map(one => height(one) + parseFloat(getComputedStyle(one).marginBottom || 0));
    for (const [index, one] of inner.entries()) {
      const headed = one.matches('h1, h2, h3, h4, p:has(> strong:only-child)') ? heights[index + 1] || 0 : 0;  // not alone at the foot
      if (index > at && filled + heights[index] + headed > most) {
        pieces.push(inner.slice(at, index));
        [at, filled] = [index, 0];
      }
      filled += heights[index];
    }
    pieces.push(inner.slice(at));
    const made = [part];
    for (const piece of pieces.slice(1)) {
      const rest = frame(part, piece[0]);
      (rest.querySelector('ul, ol, tbody') && piece[0].matches('li, tr') ? rest.querySelector('ul, ol, tbody') : rest).append(...piece);
      last.after(rest);
      last = rest;
      made.push(rest);
    }
    return made.length > 1 ? made.flatMap(one => taken(one, most + 44)) : made;
  }

  // code that is taller than a slide, taken apart where a blank line stands before a line that is not indented
  function sources(part, most) {
    if (height(part) <= most) return [part];
    const nodes = [...part.querySelector('pre').childNodes], range = document.createRange();
    const tall = (from, to) => {
      range.setStartBefore(nodes[from]);
      range.setEndAfter(nodes[to - 1]);
      return height(range) + 24;
    };
    const joints = nodes.flatMap((node, at) => {
      const before = nodes.slice(0, at).map(one => one.textContent).join('');
      return before.endsWith('\n\n') && /^\S/.test(node.textContent) ? [at] : [];
    });
    const cuts = [0];
    for (const [index, joint] of joints.entries()) {
      if (tall(cuts.at(-1), joints[index + 1] ?? nodes.length) > most) cuts.push(joint);
    }
    const made = [part];
    for (const [index, cut] of cuts.entries()) {
      if (!cut) continue;
      const rest = part.cloneNode(true);
      rest.querySelector('pre').replaceChildren(...nodes.slice(cut, cuts[index + 1]));
      made.at(-1).after(rest);
      made.push(rest);
    }
    for (const one of made) {
      const pre = one.querySelector('pre');
      while (!pre.lastChild.textContent.trim()) pre.lastChild.remove();
    }
    return made;
  }

  const rows = list => list.matches('table') ? [...list.tBodies[0].rows] : [...list.children];

  // an empty copy of a part, with the list or the head of the table that its pieces stand in
  function frame(part, first) {
    const copy = part.cloneNode(false);
    if (!first.matches('li, tr')) return copy;
    const list = first.closest('ul, ol, table');
    const again = list.cloneNode(false);
    if (list.matches('table')) {
      if (list.tHead) again.append(list.tHead.cloneNode(true));
      again.append(document.createElement('tbody'));
    } else if (list.matches('ol')) again.start = [...list.children].indexOf(first) + (list.start || 1);
    copy.append(again);
    return copy;
  }

  function piled(some, most) {
    const piles = [[]];
    let filled = 0;
    for (const part of some) {
      const pile = piles.at(-1), more = least(part) + (pile.length ? gap : 0);
      if (pile.length && filled + more > (piles.length > 1 ? most - 44 : most)) {
        piles.push([part]);
        filled = least(part);
      } else {
        pile.push(part);
        filled += more;
      }
    }
    return piles;
  }

  function goOn(slide, piles) {
    const heading = slide.parentElement.querySelector('h1, h2, h3');
    let last = slide;
    for (const pile of piles) {
      const next = slide.cloneNode(false);
      if (heading && !pile[0].querySelector('h1, h2, h3') && !alone(pile)) {
        const line = document.createElement('p');
        line.className = 'continued';
        line.textContent = heading.textContent;
        next.append(line);
      }
      next.append(...pile);
      last.after(next);
      last = next;
    }
  }

  // a picture and not a word beside it
  const alone = some => some.length === 1 && some[0].matches('.picture') && !some[0].textContent.trim();

  const added = (slide, count) => {
    const found = [];
    for (let next = slide; found.length < count;) found.push(next = next.nextElementSibling);
    return found;
  };

  // -- what is shown when -------------------------------------------------------------------------------------------------
  // The question first: an output comes with the next key, and what there is to notice with the one after.
  function stage(slide) {
    let answered = false;
    for (const part of parts(slide)) {
      const output = part.querySelector(':scope > .output');
      if (answered && !part.matches('.continued')) part.classList.add('fragment');
      if (output && part.querySelector(':scope > .source')) output.classList.add('fragment');
      answered ||= output || part.matches('.fragment');
    }
    for (const answer of slide.querySelectorAll('.words details')) answer.classList.add('fragment', 'custom');
  }

  // Every slide of a section has the section's notes, unless it has its own.
  function shareNotes(section) {
    const slides = [...section.children];
    const all = slides.map(slide => [...slide.querySelectorAll(':scope > aside.notes')]);
    slides.forEach((slide, at) => {
      if (all[at].length) return;
      const own = all.slice(at).find(some => some.length) || all.slice(0, at).findLast(some => some.length) || [];
      slide.append(...own.map(note => note.cloneNode(true)));
    });
  }

  function openNotes(aside) {
    for (const details of aside.querySelectorAll('details')) {
      details.querySelector('summary')?.remove();
      details.replaceWith(...details.childNodes);
    }
  }

  function start() {
    document.querySelectorAll('aside.notes').forEach(openNotes);
    const slides = [...document.querySelectorAll('.slides > section > section')];
    const answers = document.querySelectorAll('.cell.words details');
    root.classList.add('fitting');  // reveal.js hides what is not on
    answers.forEach(answer => { answer.open = true; });  // there must be room for it when it opens
    for (const slide of slides) {
      for (const part of parts(slide)) if (part.matches('.words') && part.querySelector('img')) part.classList.add('picture');
      fit(slide);
    }
    for (const slide of document.querySelectorAll('.slides > section > section')) slide.classList.toggle('whole', alone(parts(slide)));
    answers.forEach(answer => { answer.open = false; });
    root.classList.remove('fitting');
    document.querySelectorAll('.slides > section').forEach(shareNotes);
    document.querySelectorAll('.slides > section > section').forEach(stage);
    const turn = open => event => (event.fragments || [event.fragment]).forEach(one => { if (one.matches('details')) one.open = open; });
    Reveal.on('fragmentshown', turn(true));
    Reveal.on('fragmenthidden', turn(false));
    Reveal.initialize({
      width: WIDTH, height: HEIGHT, margin: 0, display: 'flex', minScale: 0.1, maxScale: 4, center: false, hash: true, transition: 'none',
      slideNumber: 'c/t', navigationMode: 'linear', scrollActivationWidth: null, plugins: [RevealNotes, RevealZoom],
    }).then(() => Reveal.addKeyBinding({ keyCode: 68, key: 'D', description: 'Light or dark' }, switchTheme));
  }

  // In an output that has the focus these keys scroll, as they do on any page.
  document.addEventListener('keydown', event => {
    const output = event.target.closest?.('.output');
    if (output && output.scrollHeight > output.clientHeight && /^(ArrowUp|ArrowDown|PageUp|PageDown)$/.test(event.key)) event.stopPropagation();
  }, true);

  addEventListener('load', start);  // pictures have their size by then
})();
