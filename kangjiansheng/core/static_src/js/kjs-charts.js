/* Plotly glue. Figures from the server carry colour tokens ("@late"), never hex, so one figure serves light, dark and
   paper. Tokens are read from CSS when drawing. Plotly itself comes only when a figure is on the page, after the words. */
(function () {
  const me = document.currentScript;
  const root = document.documentElement;
  const phone = matchMedia('(max-width:767px)');
  const words = window.kjWords || {};
  let asked = null, forPrint = false;

  function css() { return getComputedStyle(root); }
  function colours(text, cs) {
    return text.replace(/@([a-z0-9-]+)/g, function (_, n) { return cs.getPropertyValue('--kj-' + n).trim() || '#888'; });
  }
  function resolve(o, cs) {
    if (typeof o === 'string') return /^@[a-z]/.test(o) ? colours(o, cs) : o;
    if (Array.isArray(o)) return o.map(function (x) { return resolve(x, cs); });
    if (o && typeof o === 'object') {
      const r = {};
      for (const k in o) r[k] = resolve(o[k], cs);
      return r;
    }
    return o;
  }
  function merge(a, b) {
    for (const k in b) {
      if (b[k] && typeof b[k] === 'object' && !Array.isArray(b[k]) && a[k] && typeof a[k] === 'object' && !Array.isArray(a[k])) merge(a[k], b[k]);
      else a[k] = b[k];
    }
    return a;
  }
  function locales() {
    const m = Array.from({ length: 12 }, function (_, i) { return (i + 1) + '月'; });
    const d = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];
    const t = ['週日', '週一', '週二', '週三', '週四', '週五', '週六'];
    [['zh-Hans', d], ['zh-Hant', t]].forEach(function (pair) {
      window.Plotly.register({
        moduleType: 'locale', name: pair[0], dictionary: {},
        format: { days: pair[1], shortDays: pair[1], months: m, shortMonths: m, date: '%Y-%m-%d', dateTime: '%Y-%m-%d %H:%M', year: '%Y', month: '%Y-%m', dayMonth: '%m-%d', dayMonthYear: '%Y-%m-%d' },
      });
    });
  }
  function read(el) {
    const src = document.getElementById(el.dataset.fig);
    if (!src) return null;
    const f = JSON.parse(src.textContent);
    if (phone.matches && !forPrint && f.mobile) {
      if (f.mobile.data) f.data = f.mobile.data;
      merge(f.layout, f.mobile.layout || {});
    }
    const cs = css();
    const r = resolve({ data: f.data, layout: f.layout }, cs);
    const template = r.layout.template && r.layout.template.layout;
    const family = getComputedStyle(document.body).fontFamily;
    if (template) template.font = Object.assign({}, template.font, { family: family });
    return r;
  }
  function draw(el) {
    const r = read(el);
    if (!r) return;
    el.style.height = r.layout.height + 'px';
    if (forPrint) r.layout.width = Math.min(Math.max(el.clientWidth, 700), 1080);
    try {
      window.Plotly.react(el, r.data, r.layout, {
        displayModeBar: false, responsive: true, doubleClick: false, scrollZoom: false, showTips: false,
        showSendToCloud: false, plotlyServerURL: '', locale: root.lang === 'en' ? 'en' : root.lang,
      }).then(function () { el.dataset.drawn = '1'; });
      // On paper a picture is as wide as its sheet, whatever the screen was: it has to know its own shape to shrink.
      el.querySelectorAll('.main-svg').forEach(function (s) {
        if (forPrint) s.setAttribute('viewBox', '0 0 ' + s.getAttribute('width') + ' ' + s.getAttribute('height'));
        else s.removeAttribute('viewBox');
      });
      if (!el.dataset.links) {
        el.dataset.links = '1';
        // A point whose customdata holds {href} leads to what it stands for.
        el.on('plotly_click', function (e) {
          const c = e.points && e.points[0] && e.points[0].customdata;
          if (c && c.href) location.assign(c.href);
        });
      }
    } catch (error) { fail(el); }
  }
  function fail(el) {
    el.classList.add('failed');
    el.textContent = words.chart_failed || '';
    const t = document.getElementById(el.dataset.fig + '-t');
    if (t) t.classList.add('open');
  }
  function all() {
    const figures = document.querySelectorAll('[data-fig]');
    if (!figures.length) return;
    load().then(function () { figures.forEach(draw); }, function () { figures.forEach(fail); });
  }
  function load() {
    if (window.Plotly) return Promise.resolve();
    if (!asked) {
      asked = new Promise(function (done, failed) {
        const s = document.createElement('script');
        s.src = me.dataset.plotly;
        s.onload = function () { locales(); done(); };
        s.onerror = failed;
        document.head.append(s);
      });
    }
    return Promise.all([asked, document.fonts ? document.fonts.ready : null]);
  }
  window.kjDraw = all;
  if (document.readyState === 'complete') all(); else addEventListener('load', all);
  document.addEventListener('kj:theme', function () { if (window.Plotly) all(); });
  phone.addEventListener('change', function () { if (window.Plotly) all(); });

  // Paper is light (the dark tokens are for screens only): redraw with what print media says.
  addEventListener('beforeprint', function () {
    if (!window.Plotly) return;
    forPrint = true;
    root.dataset.was = root.dataset.bsTheme;
    root.dataset.bsTheme = 'light';
    document.querySelectorAll('[data-fig]').forEach(draw);
  });
  addEventListener('afterprint', function () {
    if (!window.Plotly || !root.dataset.was) return;
    forPrint = false;
    root.dataset.bsTheme = root.dataset.was;
    delete root.dataset.was;
    document.querySelectorAll('[data-fig]').forEach(draw);
  });

  // ---------- taking along: a picture, or the words ----------
  // The picture leaves the page, so it takes its name and unit, its finding, its day, on what it rests, its ground and the
  // mark of illustrative data along, in as many lines as fit into its width: what is cut off at the edge of a phone's
  // picture is not said.
  function lines(text, width, font) {
    const pen = document.createElement('canvas').getContext('2d');
    pen.font = font;
    const all = [''];
    (text.replace(/\s+/g, ' ').match(/[\u2e80-\u9fff][\u3001-\u3011\uff01-\uff1f”’]*|[^\s\u2e80-\u9fff]+\s*|\s+/g) || []).forEach(function (word) {
      const last = all.length - 1;
      if (all[last] && pen.measureText((all[last] + word).trim()).width > width) all.push(word);
      else all[last] += word;
    });
    return all.map(function (line) { return line.trim(); });
  }
  // The key below the figure, mark by mark in its own colour: a picture without it does not say what its marks mean.
  const GLYPHS = { ontrack: '●', risk: '▲', slip: '◆', late: '■', done: '✓', idle: '○', gate: '◇', pause: '‖' };
  function key(el, width, font) {
    const legend = el.closest('.fig') && el.closest('.fig').querySelector('.legend');
    const pen = document.createElement('canvas').getContext('2d');
    let row = 0, left = 0;
    pen.font = font;
    return [...(legend ? legend.querySelectorAll(':scope>span') : [])].map(function (one) {
      const mark = one.querySelector('svg'), use = one.querySelector('use');
      const part = mark && getComputedStyle((!use && mark.querySelector('circle,path')) || mark);
      const said = one.textContent.trim();
      const wide = pen.measureText('○— ' + said + '　').width;
      if (left && left + wide > width) { row += 1; left = 0; }
      left += wide;
      return {
        row: row, left: left - wide, text: said,
        glyph: mark ? mark.dataset.glyph || GLYPHS[use.getAttribute('href').replace('#s-', '')] : '',
        colour: part && (use ? part.getPropertyValue('--c').trim() : part.stroke !== 'none' ? part.stroke : part.fill),
      };
    });
  }
  // Whatever the screen is, it is light: it will stand on a white page.
  function picture(el) {
    const was = root.dataset.bsTheme;
    root.dataset.bsTheme = 'light';
    try { return lit(el); } finally { root.dataset.bsTheme = was; }
  }
  function lit(el) {
    const r = read(el);
    const sheet = el.closest('.fig'), over = sheet && sheet.querySelector('.over'), head = sheet && sheet.querySelector('h2');
    const unit = el.dataset.unit ? words.unit.replace('%s', el.dataset.unit) : '';
    const mark = document.querySelector('.fig .illus, .illus-strip .illus');
    const foot = words.foot + (mark && words.foot.indexOf(mark.textContent) < 0 ? '　' + mark.textContent : '');
    const width = Math.round(el.getBoundingClientRect().width);
    const font = '15px ' + getComputedStyle(el).fontFamily;
    const said = [over ? over.firstChild.textContent.trim() + unit : '', head ? head.textContent : '', foot, words.basis]
      .filter(Boolean).flatMap(function (text) { return lines(text, width * 0.94, font); });
    const marks = key(el, width * 0.94, '13px ' + getComputedStyle(el).fontFamily);
    const rows = marks.length ? marks[marks.length - 1].row + 1 : 0;
    const above = 16 + 20 * said.length + 22 * rows;
    r.layout.paper_bgcolor = css().getPropertyValue('--kj-surface').trim();
    r.layout.title = { text: said.join('<br>'), font: { size: 15 }, x: 0.02, xanchor: 'left', y: 1, yref: 'container', yanchor: 'top', pad: { t: 24 } };
    r.layout.margin = Object.assign({}, r.layout.margin, { t: ((r.layout.margin && r.layout.margin.t) || 24) + above });
    r.layout.height += above;
    r.layout.width = width;
    marks.forEach(function (one) {
      const at = { x: 0, y: 1, xref: 'paper', yref: 'paper', xanchor: 'left', yanchor: 'middle', showarrow: false, borderpad: 0,
        yshift: r.layout.margin.t - 34 - 20 * said.length - 22 * one.row };
      const left = width * 0.02 + one.left - (r.layout.margin.l || 0);
      const words = Object.assign({}, at, { text: one.text, xshift: left + (one.glyph ? 22 : 0), font: { size: 13 } });
      const mark = Object.assign({}, at, { text: one.glyph, xshift: left, font: { size: 13, color: one.colour } });
      r.layout.annotations = (r.layout.annotations || []).concat(one.glyph ? [mark, words] : [words]);
    });
    return { figure: { data: r.data, layout: r.layout }, as: { format: 'png', scale: 2, width: r.layout.width, height: r.layout.height } };
  }
  // What it says, of which day, and where it stands: the address names the day, so that it says the same tomorrow.
  function told(at) {
    const el = at.closest('.sheet') || document.querySelector(at.dataset.of);
    const over = el.querySelector('.over'), head = el.querySelector('h2') || el;
    const flat = function (x) { return x.textContent.replace(/\s+/g, ' ').trim(); };
    const address = new URL(location.href);
    address.searchParams.set('as_of', words.day);
    address.hash = el.id;
    return [(over ? flat(over) + (root.lang === 'en' ? ': ' : '：') : '') + flat(head), words.foot, String(address)].join('\n');
  }
  function save(blob, name) {
    const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    window.kjToast(words.saved_file);
  }
  function done() { window.kjToast(words.copied); }
  // Without https a page has no clipboard: the old way may still copy words; else they come as a file.
  function copyText(text, name) {
    const file = function () { save(new Blob([text], { type: 'text/plain' }), name + '.txt'); };
    if (navigator.clipboard && navigator.clipboard.writeText) return navigator.clipboard.writeText(text).then(done, file);
    const area = Object.assign(document.createElement('textarea'), { value: text });
    area.className = 'vh';
    document.body.append(area);
    area.select();
    let ok = false;
    try { ok = document.execCommand('copy'); } catch (e) { /* refused */ }
    area.remove();
    return ok ? done() : file();
  }
  function copyPicture(el, name) {
    const p = picture(el);
    const blob = window.Plotly.toImage(p.figure, p.as).then(function (address) {
      const raw = atob(address.split(',')[1]);
      return new Blob([Uint8Array.from(raw, function (c) { return c.charCodeAt(0); })], { type: 'image/png' });
    });
    const file = function () { return blob.then(function (b) { save(b, name + '.png'); }); };
    if (!navigator.clipboard || !window.ClipboardItem) return file();
    return navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]).then(done, file);
  }
  document.addEventListener('click', function (event) {
    const at = event.target.closest('[data-act=png],[data-act=copy-png],[data-act=copy-text]');
    if (!at) return;
    const name = (at.dataset.name || 'kangjiansheng') + '-' + words.day;
    const menu = at.closest('details');
    if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
    if (at.dataset.act === 'copy-text') { copyText(told(at), name); return; }
    if (!window.Plotly) return;
    const el = document.getElementById(at.dataset.for);
    if (at.dataset.act === 'copy-png') { copyPicture(el, name); return; }
    const p = picture(el);
    window.Plotly.downloadImage(p.figure, Object.assign({ filename: name }, p.as));
  });
})();
