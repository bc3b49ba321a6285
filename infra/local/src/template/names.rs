//! Local values for what AWS assigns: account, region, physical names, ARNs and URLs.

/// Account, region and stack of a local run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// `AWS::AccountId`.
    pub account: String,
    /// `AWS::Region`.
    pub region: String,
    /// `AWS::StackName`, the prefix of generated physical names.
    pub stack: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            account: "000000000000".into(),
            region: "ap-northeast-2".into(),
            stack: "gongganmunhak-local".into(),
        }
    }
}

impl Names {
    /// The physical name of a resource whose name the template leaves to CloudFormation. Unlike
    /// there it has no random suffix.
    pub fn generated(&self, logical_id: &str) -> String {
        format!("{}-{logical_id}", self.stack)
    }

    /// The ARN of a queue, topic and the like: `arn:aws:<service>:<region>:<account>:<name>`.
    pub fn arn(&self, service: &str, name: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{name}", self.region, self.account)
    }

    /// A queue's URL, as answered by `GetQueueUrl`.
    pub fn queue_url(&self, name: &str) -> String {
        format!("https://sqs.{}.amazonaws.com/{}/{name}", self.region, self.account)
    }

    /// A function's ARN.
    pub fn function_arn(&self, name: &str) -> String {
        self.arn("lambda", &format!("function:{name}"))
    }

    /// A table's ARN.
    pub fn table_arn(&self, name: &str) -> String {
        self.arn("dynamodb", &format!("table/{name}"))
    }

    /// The ARN of a table's stream. On AWS it ends in the time of creation.
    pub fn stream_arn(&self, table: &str) -> String {
        format!("{}/stream/local", self.table_arn(table))
    }
}

/// The folder and binary name for a logical id: `OwnerDeskFunction` → `owner-desk`.
pub(super) fn kebab(logical_id: &str) -> String {
    let stem = logical_id.strip_suffix("Function").filter(|s| !s.is_empty()).unwrap_or(logical_id);
    let mut out = String::new();
    for letter in stem.chars() {
        if letter.is_ascii_uppercase() && !out.is_empty() {
            out.push('-');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logical_id_gives_the_folder_name() {
        assert_eq!(kebab("OwnerDeskFunction"), "owner-desk");
        assert_eq!(kebab("Door"), "door");
        assert_eq!(kebab("Function"), "function");
    }
}
