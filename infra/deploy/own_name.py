"""What must fit before the API can answer under the shop's own name: address, certificate, region.

API Gateway takes the certificate of a regional name from its own region's ACM, and says so only after
the stack's update has begun ("Certificate must be in 'ap-northeast-2'")."""

import re

ARN = re.compile(r"arn:aws[a-z-]*:acm:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):certificate/.+")
USABLE = "ISSUED"


def host_of(page_url: str) -> str:
    return page_url.removeprefix("https://")


def misfit(page_url: str, certificate: str, region: str | None) -> str | None:
    """What is wrong with the parameters themselves, as one sentence."""
    if not certificate:
        return None
    if not page_url:
        return "CertificateArn needs PageUrl, the address that it is for, such as https://shop.example.kr."
    arn = ARN.fullmatch(certificate)
    if arn is None:
        return f"CertificateArn is {certificate!r}, which is not the ARN of a certificate in ACM."
    if region and arn["region"] != region:
        return (f"CertificateArn is of {arn['region']}, but the API is in {region}: request a certificate for "
                f"{host_of(page_url)} in {region}, and name that one.")
    return None


def unusable(page_url: str, arn: str, account: str, certificate: dict) -> str | None:
    """What is wrong with the certificate as ACM describes it, as one sentence."""
    parts = ARN.fullmatch(arn)
    if parts and account and parts["account"] != account:
        return f"CertificateArn is of the account {parts['account']}, but these credentials are of {account}."
    status = certificate.get("Status", "unknown")
    if status != USABLE:
        return (f"The certificate {arn} is {status}, not {USABLE}: finish its validation in ACM (a DNS record), "
                f"or name another one.")
    host = host_of(page_url)
    names = [certificate.get("DomainName", ""), *certificate.get("SubjectAlternativeNames", [])]
    if not any(covers(name, host) for name in names):
        return (f"The certificate {arn} is for {', '.join(sorted({name for name in names if name}))}, not for {host}, "
                f"which PageUrl names.")
    return None


def covers(name: str, host: str) -> bool:
    """Whether a name of a certificate covers a host; its star stands for one label."""
    if name.startswith("*."):
        label, dot, rest = host.partition(".")
        return bool(label and dot) and rest == name[2:]
    return name == host
