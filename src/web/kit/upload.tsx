import { InboxOutlined } from '@ant-design/icons';
import { Progress, Upload } from 'antd';
import { useI18n } from '../i18n/index.tsx';

/** A place to drop one file, or several one after the other. It shows how much has been sent; what happens then is the caller's. */
export function DropZone(props: {
  readonly title: string;
  readonly hint: string;
  readonly accept: string;
  readonly sent: number | null;
  readonly disabled?: boolean;
  readonly multiple?: boolean;
  readonly onFile: (file: File) => void;
}) {
  const { t } = useI18n();
  return (
    <div className="drop-zone">
      <Upload.Dragger
        accept={props.accept}
        multiple={props.multiple === true}
        showUploadList={false}
        disabled={props.sent !== null || props.disabled === true}
        beforeUpload={(file) => {
          props.onFile(file);
          return false;
        }}
      >
        <p className="drop-icon" aria-hidden="true">
          <InboxOutlined />
        </p>
        <p className="drop-title">{props.title}</p>
        <p className="drop-hint">{props.hint}</p>
      </Upload.Dragger>
      {props.sent === null ? null : (
        <div role="status">
          {t('upload.sending')} <Progress percent={Math.floor(props.sent * 100)} size="small" />
        </div>
      )}
    </div>
  );
}
