"""The sentences with which a name that does not fit is refused; `cargo xtask test scripts` runs them."""

import unittest

from own_name import covers, misfit, unusable

URL = "https://shop.example.kr"
SEOUL = "arn:aws:acm:ap-northeast-2:000000000000:certificate/0a1b"
VIRGINIA = SEOUL.replace("ap-northeast-2", "us-east-1")


class OwnName(unittest.TestCase):
    def test_without_a_certificate_nothing_has_to_fit(self):
        self.assertIsNone(misfit("", "", "ap-northeast-2"))
        self.assertIsNone(misfit(URL, "", "ap-northeast-2"))
        self.assertIsNone(misfit(URL, SEOUL, "ap-northeast-2"))

    def test_a_certificate_of_another_region_is_refused_in_one_sentence(self):
        said = misfit(URL, VIRGINIA, "ap-northeast-2")
        self.assertIn("is of us-east-1, but the API is in ap-northeast-2", said)
        self.assertIn("shop.example.kr", said)
        self.assertIn("needs PageUrl", misfit("", SEOUL, "ap-northeast-2"))
        self.assertIn("not the ARN", misfit(URL, "0a1b", "ap-northeast-2"))

    def test_a_certificate_has_to_be_issued_for_the_host_in_the_account(self):
        def said(account="000000000000", **certificate):
            issued = {"Status": "ISSUED", "DomainName": "shop.example.kr", **certificate}
            return unusable(URL, SEOUL, account, issued)
        self.assertIsNone(said())
        self.assertIsNone(said(DomainName="example.kr", SubjectAlternativeNames=["*.example.kr"]))
        self.assertIn("PENDING_VALIDATION, not ISSUED", said(Status="PENDING_VALIDATION"))
        self.assertIn("is for example.kr, not for shop.example.kr", said(DomainName="example.kr"))
        self.assertIn("of the account 000000000000, but", said(account="999999999999"))

    def test_a_star_stands_for_one_label(self):
        self.assertTrue(covers("*.example.kr", "shop.example.kr"))
        self.assertFalse(covers("*.example.kr", "example.kr"))
        self.assertFalse(covers("*.example.kr", "a.shop.example.kr"))


if __name__ == "__main__":
    unittest.main()
