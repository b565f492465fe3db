import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { LAYER_ROLE_NAMES, type LayerRole } from '../../../kernel/index.ts';
import { featureQuery } from '../../../web/api/endpoints.ts';
import { useI18n } from '../../../web/i18n/index.tsx';
import { Loaded } from '../../../web/kit/feedback.tsx';
import { LandClassText } from '../../../web/kit/land-class.tsx';
import { CODE_NAMES } from './code-names.ts';
import { FIELD_TITLES } from './field-titles.ts';

/** All attributes of one feature, with the survey's field names. */
export function FeaturePanel(props: {
  readonly role: LayerRole;
  readonly layerVersionId: string;
  readonly featureNo: number;
  readonly onClose?: () => void;
}) {
  const { t, pick } = useI18n();
  const query = useQuery(featureQuery(props.layerVersionId, props.featureNo));
  return (
    <section className="feature-panel">
      <h3>
        {pick(LAYER_ROLE_NAMES[props.role])} #{props.featureNo}
        {props.onClose === undefined ? null : (
          <Button size="small" type="text" onClick={props.onClose}>
            {t('action.close')}
          </Button>
        )}
      </h3>
      <Loaded query={query} rows={6}>
        {(feature) => (
          <dl className="attributes">
            {Object.entries(feature.attributes).map(([name, value]) => (
              <div key={name}>
                <dt>
                  {FIELD_TITLES[name] === undefined ? null : <span>{pick(FIELD_TITLES[name])}</span>}{' '}
                  <code>{name}</code>
                </dt>
                <dd className="figures">
                  {value === null || value === '' ? (
                    <span className="muted">—</span>
                  ) : name === 'DLBM' ? (
                    <LandClassText code={String(value)} />
                  ) : (
                    String(value)
                  )}
                  {CODE_NAMES[name]?.[String(value)] === undefined ? null : (
                    <span className="muted"> {pick(CODE_NAMES[name][String(value)]!)}</span>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </section>
  );
}
