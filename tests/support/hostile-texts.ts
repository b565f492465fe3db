// Texts that run a script, load something or break out of their place where a page takes them for markup. Each calls
// `hostile(N)` or leaves an element marked `data-hostile`.

const CALL = 'hostile(%)';

const ELEMENTS = [
  `<script>${CALL}</script>`,
  `<img src=x onerror=${CALL} data-hostile>`,
  `<svg onload=${CALL} data-hostile>`,
  `<svg><script>${CALL}</script></svg>`,
  `<body onload=${CALL}>`,
  `<iframe src="javascript:parent.${CALL}" data-hostile></iframe>`,
  `<iframe srcdoc="<script>parent.${CALL}</script>" data-hostile></iframe>`,
  `<details open ontoggle=${CALL} data-hostile>x</details>`,
  `<video data-hostile><source onerror=${CALL}></video>`,
  `<audio src=x onerror=${CALL} data-hostile>`,
  `<input autofocus onfocus=${CALL} data-hostile>`,
  `<a href="javascript:${CALL}" data-hostile>x</a>`,
  `<object data="javascript:${CALL}" data-hostile></object>`,
  `<embed src="javascript:${CALL}" data-hostile>`,
  `<form action="javascript:${CALL}" data-hostile><button>x</button></form>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${CALL} data-hostile></style></mglyph></table></mtext></math>`,
  `<marquee onstart=${CALL} data-hostile>x</marquee>`,
  `<style data-hostile>*{background:url("javascript:${CALL}")}</style>`,
  `<link rel=stylesheet href="javascript:${CALL}" data-hostile>`,
  `<meta http-equiv=refresh content="0;url=javascript:${CALL}" data-hostile>`,
  `<template data-hostile><img src=x onerror=${CALL}></template>`,
  `<noscript><p title="</noscript><img src=x onerror=${CALL} data-hostile>"></noscript>`,
  `<textarea data-hostile></textarea><img src=x onerror=${CALL} data-hostile>`,
  `<select data-hostile><option onclick=${CALL}>x</option></select>`,
  `<svg><animate onbegin=${CALL} attributeName=x dur=1s data-hostile></svg>`,
  `<svg><a xlink:href="javascript:${CALL}" data-hostile><text>x</text></a></svg>`,
  `<base href="javascript:/${CALL}/" data-hostile>`,
  `<p style="width:expression(${CALL})" data-hostile>x</p>`,
  `<p style="animation-name:x" onanimationstart=${CALL} data-hostile>x</p>`,
  `<button popovertarget=x onclick=${CALL} data-hostile>x</button>`,
] as const;

/** How a text gets out of the place it stands in, or past a filter that looks for it. */
const DISGUISES: readonly ((markup: string) => string)[] = [
  (markup) => markup,
  (markup) => `">${markup}`,
  (markup) => `'>${markup}`,
  (markup) => `--></style></title></textarea></script>${markup}`,
  (markup) => markup.replace(/<(\w)/g, (_match, letter: string) => `<${letter.toUpperCase()}`),
  (markup) => markup.replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  (markup) => markup.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e'),
  (markup) => `\u202e${markup}\u2066`,
  (markup) => `{{${markup}}}\${${CALL}}`,
  (markup) => `]]>${markup}<![CDATA[`,
];

const OTHERS = [
  `javascript:${CALL}`,
  `JaVaScRiPt:${CALL}`,
  `java\tscript:${CALL}`,
  `data:text/html,<script>${CALL}</script>`,
  `vbscript:${CALL}`,
  `{{constructor.constructor('${CALL}')()}}`,
  `\${${CALL}}`,
  `' onmouseover='${CALL}' data-hostile='`,
  `" onfocus="${CALL}" autofocus data-hostile="`,
  `\` onerror=${CALL} data-hostile `,
  `<%= ${CALL} %>`,
  `#{${CALL}}`,
  `';${CALL};//`,
  `</script><script>${CALL}</script>`,
  `{"__proto__":{"innerHTML":"<img src=x onerror=${CALL}>"}}`,
  `[object Object]<img src=x onerror=${CALL} data-hostile>`,
];

/** 316 of them, numbered. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...DISGUISES.flatMap((disguise) => ELEMENTS.map((markup) => disguise(markup))),
  ...OTHERS,
].map((text, number) => text.replaceAll('%)', `${number})`));
