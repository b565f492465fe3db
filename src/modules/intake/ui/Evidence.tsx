import { Button, Input, Select } from 'antd';
import { useState } from 'react';
import type { ImportCorrection, ImportView } from '../../../web/api/endpoints.ts';
import { useI18n, type MessageKey } from '../../../web/i18n/index.tsx';
import { sevenParametersOf } from '../datum-shift.ts';

const ENCODING_BY: Readonly<Record<string, MessageKey>> = {
  cpg: 'encoding.by.cpg',
  ldid: 'encoding.by.ldid',
  bom: 'encoding.by.bom',
  'strict-utf-8': 'encoding.by.strict',
  'fallback-gb18030': 'encoding.by.fallback',
  format: 'encoding.by.format',
  user: 'evidence.by.user',
};

const CRS_BY: Readonly<Record<string, MessageKey>> = {
  prj: 'crs.by.prj',
  metadata: 'crs.by.metadata',
  'zone-field': 'crs.by.zone',
  digits: 'crs.by.digits',
  user: 'evidence.by.user',
};

/** What the proofs show of an import, or of a file that is only being looked at. */
type Evidenced = Pick<ImportView, 'encoding' | 'crs' | 'box' | 'state' | 'refusals'>;

/** How the text was decoded, with the first words both ways: a person sees at once which one reads right. */
export function EncodingProof(props: {
  readonly item: Evidenced;
  readonly busy: boolean;
  readonly onCorrect: (correction: ImportCorrection) => void;
}) {
  const { t, pick } = useI18n();
  const { encoding } = props.item;
  if (encoding === null) return <p className="quiet">{t('encoding.fixed')}</p>;
  const chosen = encoding.encoding;
  const by = ENCODING_BY[encoding.decidedBy];
  return (
    <div className="evidence">
      <p>
        <strong>{chosen.toUpperCase()}</strong> · {by === undefined ? encoding.decidedBy : t(by)}
      </p>
      {encoding.samples.length === 0 ? null : (
        <table className="grid-table">
          <caption className="visually-hidden">{t('encoding.samples')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('encoding.field')}</th>
              <th scope="col" className={chosen === 'utf-8' ? 'chosen' : ''}>
                UTF-8
              </th>
              <th scope="col" className={chosen === 'gb18030' ? 'chosen' : ''}>
                GB18030
              </th>
            </tr>
          </thead>
          <tbody>
            {encoding.samples.map((sample, index) => (
              <tr key={`${sample.field}-${index}`}>
                <td>
                  <code>{sample.field}</code>
                </td>
                <td className={chosen === 'utf-8' ? 'taken' : 'not-taken'}>{sample.utf8 ?? t('encoding.invalid')}</td>
                <td className={chosen === 'gb18030' ? 'taken' : 'not-taken'}>
                  {sample.gb18030 ?? t('encoding.invalid')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {encoding.notes.map((note) => (
        <p className="sub" key={note.zh}>
          {pick(note)}
        </p>
      ))}
      {props.item.state !== 'staged' ? null : (
        <p className="evidence-actions">
          {(['utf-8', 'gb18030'] as const)
            .filter((other) => other !== chosen)
            .map((other) => (
              <Button
                key={other}
                size="small"
                disabled={props.busy}
                onClick={() => props.onCorrect({ encoding: other })}
              >
                {t('encoding.readAs', { encoding: other.toUpperCase() })}
              </Button>
            ))}
        </p>
      )}
    </div>
  );
}

/** Which CRS the coordinates are in and why, and the way to say otherwise. */
export function CrsProof(props: {
  readonly item: Evidenced;
  readonly busy: boolean;
  readonly onCorrect: (correction: ImportCorrection) => void;
}) {
  const { t, pick } = useI18n();
  const { crs, box } = props.item;
  const [typed, setTyped] = useState('');
  const [seven, setSeven] = useState('');
  const oldDatum = props.item.refusals.some(({ code }) => code === 'INTAKE_DATUM_PARAMETERS_NEEDED');
  const by = crs === null ? undefined : CRS_BY[crs.decidedBy];
  return (
    <div className="evidence">
      {crs === null ? (
        <p>{t('crs.unknown')}</p>
      ) : (
        <p>
          <strong>EPSG:{crs.epsg}</strong> · {by === undefined ? crs.decidedBy : t(by)}
        </p>
      )}
      {box === null ? null : (
        <p className="sub figures">
          {t('crs.box')} {box[0].toFixed(4)}–{box[2].toFixed(4)}°E {box[1].toFixed(4)}–{box[3].toFixed(4)}°N
        </p>
      )}
      {crs?.notes.map((note) => (
        <p className="sub" key={note.zh}>
          {pick(note)}
        </p>
      ))}
      {props.item.state !== 'staged' && props.item.state !== 'failed' ? null : (
        <p className="evidence-actions">
          <Input
            size="small"
            className="crs-input"
            aria-label={t('crs.other')}
            placeholder={t('crs.other')}
            value={typed}
            onChange={(event) => setTyped(event.target.value.trim())}
          />
          <Button
            size="small"
            disabled={props.busy || !/^(EPSG:)?\d{4}$/i.test(typed)}
            onClick={() => props.onCorrect({ crs: Number(typed.replace(/^EPSG:/i, '')) })}
          >
            {t('crs.readAgain')}
          </Button>
        </p>
      )}
      {!oldDatum ? null : (
        <p className="evidence-actions">
          <Input
            size="small"
            aria-label={t('crs.sevenParameters')}
            placeholder={t('crs.sevenParameters')}
            value={seven}
            onChange={(event) => setSeven(event.target.value)}
          />
          <Button
            size="small"
            disabled={props.busy || sevenParametersOf(seven) === undefined}
            onClick={() => props.onCorrect({ datumParameters: seven })}
          >
            {t('crs.readWithParameters')}
          </Button>
        </p>
      )}
    </div>
  );
}

export function LayerChoice(props: {
  readonly item: ImportView;
  readonly busy: boolean;
  readonly onCorrect: (correction: ImportCorrection) => void;
}) {
  const { t } = useI18n();
  const { item } = props;
  if ((item.layerNames ?? []).length < 2) return null;
  return (
    <label className="inline-label">
      {t('import.layer')}
      <Select
        size="small"
        className="layer-choice"
        disabled={props.busy || item.state !== 'staged'}
        value={item.layerName}
        options={item.layerNames.map((name) => ({ value: name, label: name }))}
        onChange={(layer) => layer !== null && props.onCorrect({ layer })}
      />
    </label>
  );
}
